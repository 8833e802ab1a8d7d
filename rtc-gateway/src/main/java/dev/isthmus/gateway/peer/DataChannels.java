package dev.isthmus.gateway.peer;

import dev.isthmus.gateway.peer.stats.RTCStats;
import dev.isthmus.gateway.sctp.ChannelOpen;
import dev.isthmus.gateway.sctp.PayloadProtocol;
import dev.isthmus.gateway.sctp.SctpEvent;
import dev.isthmus.gateway.sctp.SendOptions;
import dev.isthmus.gateway.sdp.LocalSection;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The data channels of a connection and their association (webrtc-pc, section 6; RFC 8831, RFC 8832). */
final class DataChannels {
    /** What we take at most in one message, as Chromium does. */
    static final int LARGEST = 262_144;
    static final int PORT = 5000;
    private static final int LONGEST_NAME = 65_535;
    private static final long MOST_BUFFERED = 16 << 20;
    /** What a peer may make us keep of names, in characters. */
    private static final long MOST_NAMES = 4 << 20;
    private static final int MOST_FORMER = 64;
    private final IdentifiedConnection connection;
    private final PeerState state;
    private final ChannelTable channels = new ChannelTable();
    private @Nullable RTCSctpTransport sctp;
    private @Nullable Transport transport;
    private int remotePort;
    private boolean connected;
    private boolean wanted;
    private Counts counts = new Counts(0, 0);
    /** What was counted of channels that are over. */
    private final List<RTCStats> former = new ArrayList<>();

    /** How many channels have been open, and are so no more. */
    record Counts(long opened, long closed) {
        Counts oneOpened() {
            return new Counts(opened + 1, closed);
        }

        Counts oneClosed() {
            return new Counts(opened, closed + 1);
        }
    }

    DataChannels(IdentifiedConnection connection, PeerState state) {
        this.connection = connection;
        this.state = state;
    }

    @Nullable
    RTCSctpTransport sctp() {
        return sctp;
    }

    /** Returns whether a media description for them is to be offered, or to be kept. */
    boolean isWanted() {
        return wanted || sctp != null;
    }

    /** Returns whether a channel waits for that a description has one. */
    boolean needsNegotiation() {
        return wanted && sctp == null;
    }

    /** Makes a channel; with the lock held. */
    RTCDataChannel create(String label, RTCDataChannelInit init) {
        if (label.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME
                || init.protocol().getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME) {
            throw WebRtcException.type("a label and a protocol have at most " + LONGEST_NAME + " bytes");
        }
        Integer wish = init.negotiated() ? init.id() : null;
        if (init.negotiated() && wish == null) {
            throw WebRtcException.type("a negotiated channel needs an id");
        }
        if (init.maxPacketLifeTime() != null && init.maxRetransmits() != null) {
            throw WebRtcException.type("either maxPacketLifeTime or maxRetransmits");
        }
        if (outOfRange(init.maxPacketLifeTime()) || outOfRange(init.maxRetransmits()) || outOfRange(wish)
                || wish != null && wish >= ChannelTable.MOST_IDS) {
            throw WebRtcException.type("an id is 0 to 65534, a limit 0 to 65535");
        }
        RTCDataChannel channel = new RTCDataChannel(this, state, label, init);
        int id = wish == null ? freeId() : wish;
        boolean roleKnown = transport != null;
        if (id < 0 && roleKnown || wish != null && channels.withId(wish) != null) {
            throw WebRtcException.operation(wish == null ? "no id is free" : "the id " + wish + " is in use");
        }
        RTCSctpTransport present = sctp;
        Integer most = present == null ? null : present.maxChannels;
        if (connected && most != null && id >= most) {
            throw WebRtcException.operation("there are only " + most + " channels");
        }
        channels.add(channel, id);
        if (!wanted) {
            wanted = true;
            connection.updateNegotiationNeeded();
        }
        if (connected) {
            announce(channel);
        }
        return channel;
    }

    private static boolean outOfRange(@Nullable Integer value) {
        return value != null && (value < 0 || value > 65_535);
    }

    /** The client of DTLS has the even ids, the server the odd ones (RFC 8832, section 6); -1 before that is known, or when none is left. */
    private int freeId() {
        Transport by = transport;
        Boolean client = by == null ? null : by.client;
        return client == null ? -1 : channels.freeId(client ? 0 : 1);
    }

    /** A description in force has a media description of data; with the lock held. */
    void negotiated(Transport by, LocalSection.Data theirs) {
        RTCSctpTransport present = sctp;
        wanted = true;
        if (present != null && transport == by && remotePort == theirs.port()) {
            present.update(theirs.maxMessageSize());
            return;
        }
        if (present != null) {
            ended(present, "the peer has begun another association", -1);
        }
        transport = by;
        remotePort = theirs.port();
        sctp = new RTCSctpTransport(by.dtls, theirs.maxMessageSize());
        by.data(d -> d.start(PORT, theirs.port(), LARGEST));
        channels.all().stream().filter(c -> c.id < 0).forEach(c -> channels.assign(c, freeId()));
    }

    /** A description in force refuses data; with the lock held. */
    void refused() {
        RTCSctpTransport present = sctp;
        wanted = false;
        if (present != null) {
            Transport by = transport;
            ended(present, null, -1);
            sctp = null;
            transport = null;
            if (by != null) {
                by.data(DataPort::end);
            }
        } else {
            List<RTCDataChannel> all = channels.all();
            state.queue.post(() -> all
                    .forEach(c -> closed(c, RTCError.channel(RTCErrorDetailType.DATA_CHANNEL_FAILURE, -1, "the peer takes no data"))));
        }
    }

    /** What happened to the association of a transport; a task of the queue. */
    void take(Transport by, List<SctpEvent> news) {
        RTCSctpTransport present;
        synchronized (state.lock) {
            present = state.closed || transport != by ? null : sctp;
        }
        for (SctpEvent each : news) {
            switch (each) {
                case SctpEvent.Connected(int out, int in) -> {
                    if (present != null) {
                        connected(present, Math.min(out, in));
                    }
                }
                case SctpEvent.Message(int stream, int protocol, byte[] data) -> inTurn(stream, protocol != PayloadProtocol.CONTROL, () -> {
                    if (present != null) {
                        message(stream, protocol, data);
                    }
                    by.data(d -> d.taken(data.length));
                });
                case SctpEvent.Sent(int stream, int bytes) -> sent(stream, bytes);
                case SctpEvent.IncomingReset(List<Integer> streams) -> ended(streams)
                        .forEach(s -> inTurn(s, true, () -> incomingReset(s)));
                case SctpEvent.OutgoingReset(List<Integer> streams) -> outgoingReset(streams);
                case SctpEvent.Closed(String failure, int cause) -> {
                    if (present != null) {
                        synchronized (state.lock) {
                            ended(present, failure, cause);
                        }
                    }
                }
            }
        }
    }

    private void connected(RTCSctpTransport by, int most) {
        List<RTCDataChannel> failed = new ArrayList<>();
        synchronized (state.lock) {
            by.state = RTCSctpTransportState.CONNECTED;
            by.maxChannels = most;
            connected = true;
            for (RTCDataChannel each : channels.all()) {
                if (each.id < 0) {
                    channels.assign(each, freeId());
                }
                if (each.id < 0 || each.id >= most) {
                    failed.add(each);
                } else {
                    announce(each);
                }
            }
        }
        by.dispatchEvent(new Event("statechange"));
        failed.forEach(
                c -> closed(c, RTCError.channel(RTCErrorDetailType.DATA_CHANNEL_FAILURE, -1, "there are only " + most + " channels")));
    }

    /** Tells the peer of a channel, unless it knows, and the application that it is open; with the lock held. */
    private void announce(RTCDataChannel channel) {
        Transport by = transport;
        if (by == null || channel.readyState != RTCDataChannelState.CONNECTING) {
            return;
        }
        by.data(d -> d.weigh(channel.id, channel.init.priority().weight()));
        if (!channel.init.negotiated()) {
            RTCDataChannelInit init = channel.init;
            Integer life = init.maxPacketLifeTime();
            Integer repeats = init.maxRetransmits();
            byte[] open = new ChannelOpen(init.ordered(), repeats == null ? -1 : repeats, life == null ? -1 : life,
                    init.priority().weight(),
                    channel.label, init.protocol()).write();
            control(by, channel, open);
        }
        state.queue.post(() -> opened(channel));
    }

    private static void control(Transport by, RTCDataChannel channel, byte[] message) {
        channel.control += message.length;
        by.data(d -> d.send(channel.id, PayloadProtocol.CONTROL, message, SendOptions.RELIABLE));
    }

    private void opened(RTCDataChannel channel) {
        synchronized (state.lock) {
            boolean over = channel.readyState == RTCDataChannelState.CLOSING || channel.readyState == RTCDataChannelState.CLOSED;
            if (state.closed || over) {
                return;
            }
            counts = channel.readyState == RTCDataChannelState.OPEN ? counts : counts.oneOpened();
            channel.readyState = RTCDataChannelState.OPEN;
            channel.wasOpen = true;
        }
        channel.dispatchEvent(new Event("open"));
    }

    /** Sends a message of an open channel; with the lock held. */
    void send(RTCDataChannel channel, byte[] bytes, int protocol) {
        RTCSctpTransport present = sctp;
        Transport by = transport;
        if (present == null || by == null || bytes.length > present.getMaxMessageSize()) {
            throw WebRtcException.type("the message is longer than the peer takes");
        }
        if (channels.buffered() + bytes.length > MOST_BUFFERED) {
            throw WebRtcException.operation("too much waits to be sent");
        }
        channels.buffered(bytes.length);
        by.data(d -> d.send(channel.id, protocol, bytes.length == 0 ? new byte[1] : bytes, channel.options()));
    }

    private void message(int stream, int protocol, byte[] data) {
        RTCDataChannel channel;
        boolean open;
        synchronized (state.lock) {
            channel = channels.withId(stream);
            open = channel != null && channel.readyState == RTCDataChannelState.OPEN;
            if (channel != null && (protocol != PayloadProtocol.CONTROL || ChannelOpen.isAcknowledgement(data))) {
                channel.acknowledged = true; // the peer has it
            }
        }
        if (protocol == PayloadProtocol.CONTROL) {
            control(stream, channel, data);
        } else if (channel != null && open) {
            channel.receive(protocol, data);
        }
    }

    private void control(int stream, @Nullable RTCDataChannel channel, byte[] data) {
        ChannelOpen open = ChannelOpen.read(data);
        if (open != null) {
            opened(stream, channel, open);
        }
    }

    /** The peer opens a channel: on a stream of its own that is not in use (RFC 8832, section 6). */
    private void opened(int stream, @Nullable RTCDataChannel present, ChannelOpen open) {
        RTCDataChannel theirs;
        synchronized (state.lock) {
            Transport by = transport;
            boolean ours = by != null && Boolean.TRUE.equals(by.client) == (stream % 2 == 0);
            boolean tooMuch = channels.names() + open.label().length() + open.protocol().length() > MOST_NAMES;
            if (by == null || present != null || ours || tooMuch) {
                if (by != null && present == null) {
                    by.data(d -> d.reset(stream));
                }
                return;
            }
            RTCDataChannelInit init = new RTCDataChannelInit(open.ordered(), limit(open.lifetimeMillis()), limit(open.mostRepeats()),
                    open.protocol(), false, null, priority(open.priority()));
            theirs = new RTCDataChannel(this, state, open.label(), init);
            theirs.acknowledged = true;
            theirs.wasOpen = true;
            theirs.readyState = RTCDataChannelState.OPEN;
            counts = counts.oneOpened();
            channels.add(theirs, stream);
            by.data(d -> d.weigh(stream, init.priority().weight()));
            control(by, theirs, ChannelOpen.acknowledgement());
        }
        connection.dispatchEvent(new RTCDataChannelEvent(theirs));
        state.queue.post(() -> opened(theirs));
    }

    private static @Nullable Integer limit(long value) {
        return value < 0 ? null : (int) Math.min(value, 65_535);
    }

    private static RTCPriorityType priority(int value) {
        return value <= 128
                ? RTCPriorityType.VERY_LOW
                : value <= 256 ? RTCPriorityType.LOW : value <= 512 ? RTCPriorityType.MEDIUM : RTCPriorityType.HIGH;
    }

    private void sent(int stream, int bytes) {
        RTCDataChannel channel;
        boolean low;
        synchronized (state.lock) {
            channel = channels.withId(stream);
            long before = channel == null ? 0 : channel.getBufferedAmount();
            low = channel != null && channel.sent(bytes);
            channels.buffered(channel == null ? 0 : channel.getBufferedAmount() - before);
        }
        if (channel != null && low) {
            channel.dispatchEvent(new Event("bufferedamountlow"));
        }
    }

    /** The application closes a channel. */
    void close(RTCDataChannel channel) {
        synchronized (state.lock) {
            if (channel.readyState == RTCDataChannelState.CLOSING || channel.readyState == RTCDataChannelState.CLOSED) {
                return;
            }
            channel.readyState = RTCDataChannelState.CLOSING;
            Transport by = transport;
            if (connected && by != null && channel.id >= 0) {
                by.data(d -> d.reset(channel.id));
            } else {
                state.queue.post(() -> closed(channel, null));
            }
        }
    }

    /** Does something about a stream, after what waits there where the channel is paused. */
    private void inTurn(int stream, boolean waits, Runnable what) {
        synchronized (state.lock) {
            RTCDataChannel channel = waits ? channels.withId(stream) : null;
            if (channel != null && channel.holds()) {
                channel.keep(what);
                return;
            }
        }
        what.run();
    }

    /** Returns the streams that a reset is about: those it names, or all that channels have. */
    private List<Integer> ended(List<Integer> named) {
        synchronized (state.lock) {
            return named.isEmpty() ? channels.all().stream().map(c -> c.id).filter(id -> id >= 0).toList() : List.copyOf(named);
        }
    }

    private void incomingReset(int stream) {
        RTCDataChannel channel;
        boolean closing;
        synchronized (state.lock) {
            Transport by = transport;
            channel = by == null ? null : channels.withId(stream);
            if (by == null || channel == null) {
                return;
            }
            channel.incomingEnded = true;
            closing = channel.readyState == RTCDataChannelState.OPEN;
            if (closing) {
                channel.readyState = RTCDataChannelState.CLOSING;
                by.data(d -> d.reset(stream));
            } else if (!channel.outgoingEnded) {
                return;
            }
        }
        if (closing) {
            channel.dispatchEvent(new Event("closing"));
        } else {
            closed(channel, null);
        }
    }

    private void outgoingReset(List<Integer> streams) {
        List<RTCDataChannel> over = new ArrayList<>();
        synchronized (state.lock) {
            for (RTCDataChannel each : channels) {
                each.outgoingEnded |= streams.contains(each.id);
                if (each.outgoingEnded && each.incomingEnded) {
                    over.add(each);
                }
            }
        }
        over.forEach(c -> closed(c, null));
    }

    /** The association is over: so are all channels. With the lock held. */
    private void ended(RTCSctpTransport by, @Nullable String failure, int cause) {
        if (by.state == RTCSctpTransportState.CLOSED) {
            return;
        }
        by.state = RTCSctpTransportState.CLOSED;
        connected = false;
        List<RTCDataChannel> all = channels.all();
        RTCError error = failure == null ? null : RTCError.channel(RTCErrorDetailType.SCTP_FAILURE, cause, failure);
        state.queue.post(() -> {
            by.dispatchEvent(new Event("statechange"));
            all.forEach(c -> closed(c, error));
        });
    }

    /** DTLS below has ended. */
    void transportEnded(Transport by) {
        synchronized (state.lock) {
            RTCSctpTransport present = sctp;
            if (present != null && transport == by && !state.closed) {
                ended(present, null, -1);
            }
        }
    }

    private void closed(RTCDataChannel channel, @Nullable RTCError error) {
        synchronized (state.lock) {
            if (state.closed || channel.readyState == RTCDataChannelState.CLOSED) {
                return;
            }
            channel.readyState = RTCDataChannelState.CLOSED;
            channels.remove(channel);
            counts = channel.wasOpen ? counts.oneClosed() : counts;
            former.add(channel.stats(state.host.wallMillis(), state.stats));
            if (former.size() > MOST_FORMER) {
                former.remove(0);
            }
        }
        if (error != null) {
            channel.dispatchEvent(new RTCErrorEvent(error));
        }
        channel.dispatchEvent(new Event("close"));
    }

    Counts counts() {
        return counts;
    }

    /** Returns what was counted of the channels, and of the last ones that are over; with the lock held. */
    List<RTCStats> stats(double now, StatsCollector names) {
        List<RTCStats> all = new ArrayList<>(former);
        channels.forEach(c -> all.add(c.stats(now, names)));
        return all;
    }

    /** The connection ends, and with it all silently; with the lock held. */
    void closeAll() {
        for (RTCDataChannel each : channels) {
            each.readyState = RTCDataChannelState.CLOSED;
            counts = each.wasOpen ? counts.oneClosed() : counts;
        }
        RTCSctpTransport present = sctp;
        if (present != null) {
            present.state = RTCSctpTransportState.CLOSED;
        }
    }
}
