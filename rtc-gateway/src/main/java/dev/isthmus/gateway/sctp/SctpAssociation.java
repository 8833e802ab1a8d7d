package dev.isthmus.gateway.sctp;

import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.time.Deadline;
import dev.isthmus.ice.time.RandomSource;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One end of an association (RFC 9260). The owner hands in packets and the time, then drains {@link #pollTransmit} and {@link #pollEvent} after each
 * call, and calls {@link #onTimeout} when {@link #nextDeadline} has come. Both ends of a WebRTC connection begin it (RFC 8832, section 6.3 of RFC 8831);
 * that they cross is the usual case.
 */
public final class SctpAssociation {
    /**
     * How an association is set up.
     *
     * @param port ours
     * @param remotePort the peer's
     * @param streams how many streams either side may send on, at most 65,535
     * @param largestMessage the longest message that is taken, in bytes
     * @param window how much is kept that the application has not taken, at least twice the longest message
     * @param packet the longest packet, in bytes
     * @param mostBuffered how much may wait to be sent, in bytes
     * @param mixes whether parts of several messages may be mixed where the peer takes that (RFC 8260)
     */
    public record Setup(int port, int remotePort, int streams, int largestMessage, int window, int packet, long mostBuffered,
            boolean mixes) {
        /** What fits below DTLS into a datagram that every way carries (1,280 bytes with the headers of IPv6, UDP and TURN). */
        public static final int USUAL_PACKET = 1188;

        /** Returns the same without mixed messages. */
        public Setup unmixed() {
            return new Setup(port, remotePort, streams, largestMessage, window, packet, mostBuffered, false);
        }

        /** Returns the usual set-up. */
        public static Setup usual(int port, int remotePort, int largestMessage) {
            return new Setup(port, remotePort, 65_535, largestMessage, Math.max(1 << 20, 2 * largestMessage), USUAL_PACKET, 16 << 20,
                    true);
        }
    }

    private static final int MOST_TRIES = 10;
    private static final int MOST_FIRST_TRIES = 8;
    private static final long HEARTBEAT_INTERVAL = TimeUnit.SECONDS.toNanos(30);
    private static final int INFORMATION = 1;
    static final int PROTOCOL_VIOLATION = 13;
    static final int OUT_OF_RESOURCE = 4;
    static final int USER_INITIATED = 12;

    final Setup setup;
    final Counters<SctpReason> counters;
    final PacketWriter writer = new PacketWriter();
    final Deque<SctpEvent> events = new ArrayDeque<>();
    final Receipts receipts = new Receipts();
    final Reassembly reassembly;
    final OutStreams streams = new OutStreams();
    final RoundTrip roundTrip = new RoundTrip();
    final CongestionWindow congestion;
    final Flight flight;
    final StreamResets resets;
    final StateCookie cookies;
    final int ourTag;
    final int ourFirst;
    final Capabilities ours;
    private final SctpInput input = new SctpInput(this);
    private final DataWriter data = new DataWriter(this);
    private final ByteBuffer room = ByteBuffer.allocate(512);
    /** Packets that go alone: beginnings' answers, ends. */
    private final Deque<byte[]> alone = new ArrayDeque<>();
    SctpState state = SctpState.NEW;
    int theirTag;
    Capabilities both = new Capabilities(false, false, false, false);
    int outgoing;
    int incoming;
    byte @Nullable [] cookie;
    boolean cookieAckDue;
    byte @Nullable [] heartbeat;
    byte @Nullable [] unknown;
    boolean shutdownDue;
    private boolean beginningDue;
    private boolean heartbeatDue;
    private long heartbeatSent = Deadline.NONE;
    private long controlDeadline = Deadline.NONE;
    private long dataDeadline = Deadline.NONE;
    private long heartbeatDeadline = Deadline.NONE;
    private int failures;
    private long toldWindow;

    /** Creates an association that has not begun. */
    public SctpAssociation(Setup setup, RandomSource random, Counters<SctpReason> counters) {
        this.setup = setup;
        this.counters = counters;
        this.reassembly = new Reassembly(setup.largestMessage(), events);
        this.congestion = new CongestionWindow(setup.packet());
        this.flight = new Flight(counters, congestion, roundTrip);
        this.resets = new StreamResets(events, reassembly, streams);
        this.cookies = new StateCookie(random);
        int tag = random.nextInt();
        this.ourTag = tag == 0 ? 1 : tag;
        this.ourFirst = random.nextInt();
        this.ours = new Capabilities(true, true, setup.mixes(), true);
    }

    /** Begins: there is a way to the peer. */
    public void start(long nowNanos) {
        if (state == SctpState.NEW) {
            state = SctpState.COOKIE_WAIT;
            beginningDue = true;
        }
    }

    /** Takes a packet. */
    public void onPacket(ByteBuffer buffer, int offset, int length, long nowNanos) {
        if (state != SctpState.CLOSED) {
            input.onPacket(buffer, offset, length, nowNanos);
            proceed(nowNanos);
        }
    }

    /** Returns the state. */
    public SctpState state() {
        return state;
    }

    /** Returns the smoothed round trip in nanoseconds, or -1. */
    public long roundTripNanos() {
        return roundTrip.smoothed();
    }

    /** Returns the bytes that wait or are on their way. */
    public long buffered() {
        return streams.bytes() + flight.bytes();
    }

    /**
     * Sends a message, in its turn.
     *
     * @return false when too much waits already, or it is over
     */
    public boolean send(int stream, int protocol, byte[] data, SendOptions options, long nowNanos) {
        if (state == SctpState.CLOSED || data.length == 0 || streams.bytes() + data.length > setup.mostBuffered()) {
            return false;
        }
        streams.add(new OutMessage(stream, protocol, data, options, nowNanos));
        return true;
    }

    /** Sets the share of a stream where several wait: 128, 256, 512 or 1024 (RFC 8831, section 6.4). */
    public void weight(int stream, int weight) {
        streams.weight(stream, weight);
    }

    /** The application has no more use for the room of a message. */
    public void taken(int bytes) {
        reassembly.taken(bytes);
        if (toldWindow < 2L * setup.packet() && window() >= 2L * setup.packet()) {
            receipts.tellWindow();
        }
    }

    /** Ends what is sent on a stream, after what waits there; the peer is told (RFC 6525). */
    public void reset(int stream) {
        resets.want(stream);
    }

    /** Ends it at once, and says so. */
    public void abort(long nowNanos) {
        if (state != SctpState.CLOSED && theirTag != 0) {
            sendAbort(USER_INITIATED);
        }
        end(null, -1);
    }

    /** Ends it when all that waits was acknowledged. */
    public void shutdown(long nowNanos) {
        if (state == SctpState.ESTABLISHED) {
            state = SctpState.SHUTDOWN_PENDING;
            proceed(nowNanos);
        } else if (state == SctpState.NEW || state == SctpState.COOKIE_WAIT || state == SctpState.COOKIE_ECHOED) {
            abort(nowNanos);
        }
    }

    /** Expires what is due. */
    public void onTimeout(long nowNanos) {
        if (state == SctpState.CLOSED) {
            return;
        }
        if (Deadline.due(controlDeadline, nowNanos)) {
            controlDeadline = Deadline.NONE;
            beginningDue = state == SctpState.COOKIE_WAIT;
            shutdownDue |= state.isShutdown();
            failed(state.isEstablished() ? MOST_TRIES : MOST_FIRST_TRIES);
        }
        if (Deadline.due(dataDeadline, nowNanos)) {
            dataDeadline = Deadline.NONE;
            counters.count(SctpReason.TIMER_EXPIRED);
            flight.expired(nowNanos);
            failed(MOST_TRIES);
        }
        if (resets.onTimeout(nowNanos)) {
            failed(MOST_TRIES);
        }
        heartbeat(nowNanos);
    }

    private void heartbeat(long nowNanos) {
        if (!Deadline.due(heartbeatDeadline, nowNanos)) {
            return;
        }
        if (heartbeatSent != Deadline.NONE) {
            failed(MOST_TRIES);
        }
        heartbeatDue = true;
        heartbeatDeadline = Deadline.NONE;
    }

    private void failed(int most) {
        roundTrip.expired();
        if (++failures > most) {
            counters.count(SctpReason.UNREACHABLE);
            if (theirTag != 0) {
                sendAbort(USER_INITIATED);
            }
            end("the peer does not answer", -1);
        }
    }

    /** Something was heard that shows that the peer is there. */
    void alive() {
        failures = 0;
    }

    /** A heartbeat came back. */
    void heartbeatAnswered(long sentNanos, long nowNanos) {
        if (sentNanos == heartbeatSent) {
            heartbeatSent = Deadline.NONE;
            roundTrip.measured(nowNanos - sentNanos);
            heartbeatDeadline = nowNanos + HEARTBEAT_INTERVAL;
            alive();
        }
    }

    /** Returns when {@link #onTimeout} is to be called, or when something is to be sent. */
    public long nextDeadline(long nowNanos) {
        if (state == SctpState.CLOSED) {
            return Deadline.NONE;
        }
        long next = Deadline.nearer(Deadline.nearer(controlDeadline, dataDeadline),
                Deadline.nearer(heartbeatDeadline, resets.nextDeadline()));
        return state.isEstablished() ? Deadline.nearer(next, receipts.nextDeadline(nowNanos)) : next;
    }

    /** Takes the next event, or null. */
    public @Nullable SctpEvent pollEvent() {
        return events.poll();
    }

    long window() {
        return setup.window() - reassembly.held();
    }

    /** Takes the peer's beginning as its part of the association. */
    void adopt(Beginning theirs) {
        theirTag = theirs.tag();
        both = ours.and(theirs.capabilities());
        outgoing = Math.min(setup.streams(), theirs.incoming());
        incoming = Math.min(setup.streams(), theirs.outgoing());
        flight.begin(first(ourFirst), theirs.window() & 0xffffffffL);
        streams.mostBegun((theirs.window() & 0xffffffffL) / 2);
        receipts.begin(first(theirs.first()));
        resets.begin(ourFirst, theirs.first());
    }

    private static long first(int number) {
        return (1L << 32) + (number & 0xffffffffL);
    }

    Beginning beginning() {
        return new Beginning(ourTag, setup.window(), setup.streams(), setup.streams(), ourFirst, ours);
    }

    void established(long nowNanos) {
        state = SctpState.ESTABLISHED;
        cookie = null;
        controlDeadline = Deadline.NONE;
        beginningDue = false;
        heartbeatDeadline = nowNanos + HEARTBEAT_INTERVAL;
        alive();
        events.add(new SctpEvent.Connected(outgoing, incoming));
    }

    /** Waits for the answer to a beginning from now on. */
    void controlSent(long nowNanos) {
        controlDeadline = nowNanos + roundTrip.timeout();
    }

    void stopControl() {
        controlDeadline = Deadline.NONE;
    }

    /** An acknowledgement has come: the timer of data is set anew, or stops. */
    void acknowledged(boolean news, long nowNanos) {
        alive();
        if (flight.isEmpty()) {
            dataDeadline = Deadline.NONE;
        } else if (news) {
            dataDeadline = nowNanos + roundTrip.timeout();
        }
    }

    void dataSent(long nowNanos) {
        heartbeatDeadline = nowNanos + HEARTBEAT_INTERVAL;
        dataDeadline = dataDeadline == Deadline.NONE ? nowNanos + roundTrip.timeout() : dataDeadline;
    }

    void end(@Nullable String failure, int cause) {
        if (state != SctpState.CLOSED) {
            state = SctpState.CLOSED;
            events.add(new SctpEvent.Closed(failure, cause));
        }
    }

    /** The peer breaks the rules. */
    void violated(SctpReason reason, int cause) {
        counters.count(reason);
        sendAbort(cause);
        end("the peer breaks the rules of SCTP: " + reason.description(), -1);
    }

    private void sendAbort(int cause) {
        beginAlone(theirTag);
        int header = writer.open(Chunk.ABORT, 0);
        writer.close(writer.parameter(cause));
        writer.close(header);
        endAlone(!both.noChecksum());
    }

    void beginAlone(int tag) {
        writer.begin(room, 0, room.capacity(), setup.port() << 16 | setup.remotePort(), tag);
    }

    void endAlone(boolean checksum) {
        int length = writer.end(checksum);
        if (alone.size() < MOST_FIRST_TRIES) {
            alone.add(Reassembly.copy(room, 0, length));
        }
    }

    /** Goes on to the next state when nothing is left to do in the present one. */
    private void proceed(long nowNanos) {
        resets.prepare(flight.last(), both.reset() && state == SctpState.ESTABLISHED);
        boolean done = flight.isEmpty() && streams.bytes() == 0;
        if (done && state == SctpState.SHUTDOWN_PENDING) {
            state = SctpState.SHUTDOWN_SENT;
            shutdownDue = true;
        } else if (done && state == SctpState.SHUTDOWN_RECEIVED) {
            state = SctpState.SHUTDOWN_ACK_SENT;
            shutdownDue = true;
        }
    }

    /**
     * Writes the next packet to be sent, of at most as many bytes as the set-up says.
     *
     * @return its length, or 0 when there is nothing to be sent now
     */
    public int pollTransmit(ByteBuffer buffer, int offset, long nowNanos) {
        byte[] first = alone.poll();
        if (first != null) {
            buffer.put(offset, first);
            return first.length;
        }
        if (state == SctpState.CLOSED || state == SctpState.NEW && theirTag == 0) {
            return 0;
        }
        proceed(nowNanos);
        int ports = setup.port() << 16 | setup.remotePort();
        if (beginningDue) {
            beginningDue = false;
            writer.begin(buffer, offset, setup.packet(), ports, 0);
            beginning().write(writer, null);
            controlSent(nowNanos);
            return writer.end(true);
        }
        writer.begin(buffer, offset, setup.packet(), ports, theirTag);
        boolean checksum = !both.noChecksum() || cookie != null;
        control(nowNanos);
        if (state.carriesData()) {
            data.write(nowNanos);
        }
        return writer.isEmpty() ? 0 : writer.end(checksum);
    }

    private void control(long nowNanos) {
        byte[] echo = cookie;
        if (echo != null && controlDeadline == Deadline.NONE && state == SctpState.COOKIE_ECHOED) {
            int header = writer.open(Chunk.COOKIE_ECHO, 0);
            writer.bytes(echo, 0, echo.length);
            writer.close(header);
            controlSent(nowNanos);
        }
        if (cookieAckDue) {
            cookieAckDue = false;
            writer.close(writer.open(Chunk.COOKIE_ACK, 0));
        }
        if (state.isEstablished() && receipts.isPending() && (receipts.isDue(nowNanos) || data.wants(nowNanos))) {
            toldWindow = Math.max(0, window());
            receipts.write(writer, toldWindow);
        }
        information(nowNanos);
        if (resets.isDue() && writer.room() > setup.packet() / 2) {
            resets.write(writer, roundTrip.timeout(), nowNanos);
        }
        if (shutdownDue) {
            shutdownDue = false;
            int header = writer.open(state == SctpState.SHUTDOWN_SENT ? Chunk.SHUTDOWN : Chunk.SHUTDOWN_ACK, 0);
            if (state == SctpState.SHUTDOWN_SENT) {
                writer.int32((int) receipts.cumulative());
            }
            writer.close(header);
            controlSent(nowNanos);
        }
    }

    /** Heartbeats, answers to them, and what was not understood. */
    private void information(long nowNanos) {
        byte[] answer = heartbeat;
        if (answer != null && Chunk.HEADER + answer.length <= writer.room()) {
            heartbeat = null;
            int header = writer.open(Chunk.HEARTBEAT_ACK, 0);
            writer.bytes(answer, 0, answer.length);
            writer.close(header);
        }
        byte[] strange = unknown;
        if (strange != null && 2 * Chunk.HEADER + strange.length <= writer.room()) {
            unknown = null;
            int header = writer.open(Chunk.ERROR, 0);
            int cause = writer.parameter(SctpInput.UNRECOGNIZED);
            writer.bytes(strange, 0, strange.length);
            writer.close(cause);
            writer.close(header);
        }
        if (heartbeatDue && state.isEstablished()) {
            heartbeatDue = false;
            heartbeatSent = nowNanos;
            heartbeatDeadline = nowNanos + roundTrip.timeout();
            int header = writer.open(Chunk.HEARTBEAT, 0);
            int parameter = writer.parameter(INFORMATION);
            writer.int32((int) (nowNanos >>> 32));
            writer.int32((int) nowNanos);
            writer.close(parameter);
            writer.close(header);
        }
    }
}
