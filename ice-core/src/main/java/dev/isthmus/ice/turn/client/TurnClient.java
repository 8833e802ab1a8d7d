package dev.isthmus.ice.turn.client;

import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.stun.StunAttribute;
import dev.isthmus.ice.stun.StunMessage;
import dev.isthmus.ice.stun.StunResult;
import dev.isthmus.ice.stun.StunType;
import dev.isthmus.ice.stun.StunWriter;
import dev.isthmus.ice.time.Deadline;
import dev.isthmus.ice.time.RandomSource;
import dev.isthmus.ice.turn.ChannelData;
import dev.isthmus.ice.turn.ErrorCode;
import dev.isthmus.ice.turn.TurnAttribute;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A client with one allocation on a TURN server (RFC 8656), or one of each address family: a state machine without sockets, clock or threads.
 *
 * <p>The owner makes ways to servers as {@link TurnClientEvent.Connect} asks, hands over what comes from there, message by message, calls
 * {@link #onTimeout} when {@link #nextDeadline} has come, and after each of these calls drains {@link #pollTransmit} and {@link #pollEvent}.
 */
public final class TurnClient {
    /** The code of a failure that no server's answer stands behind (W3C WebRTC, section 4.8.3). */
    public static final int UNREACHABLE = 701;

    /** Which relayed addresses are wanted. */
    public enum Family {
        /** Whatever the server gives who does not ask: what browsers do. */
        ANY,
        IPV4,
        IPV6,
        /** One of each (RFC 8656, section 7.1). */
        BOTH
    }

    /**
     * How a client is set up.
     *
     * @param server where it is
     * @param reliable whether the way is a connection, on which requests are not repeated and ChannelData is padded
     * @param username of the long-term credential
     * @param password of the long-term credential
     * @param family which relayed addresses are wanted
     * @param mobile whether the allocation is to be kept when the client's own address changes, where the server offers it (RFC 8016)
     */
    public record Setup(TransportAddress server, boolean reliable, String username, String password, Family family, boolean mobile) {
        @Override
        public String toString() {
            return "Setup[" + server + "]"; // the password is nobody's business
        }
    }

    /** What a message from the server was. */
    public enum Inbound {
        /** Data of a peer, as {@link #data} says. */
        DATA,
        /** Something between client and server, dealt with. */
        CONTROL,
        /** Dropped; a counter says why. */
        DROPPED
    }

    private enum State {
        IDLE,
        CONNECTING,
        ALLOCATING,
        ALLOCATED,
        RELEASING,
        ENDED
    }

    private static final int LIFETIME_SECONDS = 600;
    private static final long BEFORE_EXPIRY = TimeUnit.SECONDS.toNanos(60);
    /** Keeps a NAT's mapping towards the server open while nothing else is said (RFC 8445, section 11). */
    private static final long KEEPALIVE = TimeUnit.SECONDS.toNanos(15);
    /** A server is not gone back to for that long (RFC 8489, section 10). */
    private static final long REDIRECTION_MEMORY = TimeUnit.MINUTES.toNanos(5);
    private static final int MOST_REDIRECTIONS = 5;
    private static final int MOST_NONCES = 4;
    private static final long RETRY_PEER = TimeUnit.SECONDS.toNanos(10);

    private final Setup setup;
    private final Counters<TurnClientReason> counters;
    private final ClientPeers peers = new ClientPeers();
    private final ClientRequests requests;
    private final TurnData data;
    private final Deque<TurnClientEvent> events = new ArrayDeque<>();
    private final Map<TransportAddress, Long> visited = new HashMap<>();
    private final StunMessage message = new StunMessage();
    private LongTermClient credentials;
    private TransportAddress server;
    private State state = State.IDLE;
    private boolean mobile;
    private byte[] ticket = {};
    private int redirections;
    private long refreshAt = Deadline.NONE;
    private long keepaliveAt = Deadline.NONE;

    /** Creates a client; its counters belong to the loop on which it lives. */
    public TurnClient(Setup setup, RandomSource random, Counters<TurnClientReason> counters) {
        this.setup = setup;
        this.requests = new ClientRequests(setup.reliable(), random);
        this.data = new TurnData(setup.reliable(), requests, peers, counters);
        this.counters = counters;
        this.server = setup.server();
        this.mobile = setup.mobile();
        this.credentials = new LongTermClient(setup.username(), setup.password());
    }

    /** Begins: the first event asks for a way to the server. */
    public void start(long nowNanos) {
        connect(server, null, nowNanos);
    }

    private void connect(TransportAddress to, @Nullable String domain, long nowNanos) {
        server = to;
        visited.put(to, nowNanos);
        state = State.CONNECTING;
        events.add(new TurnClientEvent.Connect(to, domain));
    }

    /** The way that was asked for is there. */
    public void onConnected(long nowNanos) {
        if (state == State.CONNECTING) {
            state = State.ALLOCATING;
            ask(Ask.of(Ask.Kind.ALLOCATE), nowNanos);
        }
    }

    /** The way to the server could not be made, or has ended. */
    public void onDisconnected(String why) {
        if (state == State.RELEASING) {
            end(new TurnClientEvent.Released());
        } else if (state != State.ENDED && state != State.IDLE) {
            fail(UNREACHABLE, why);
        }
    }

    /** Returns whether the allocation can come along to another address. */
    public boolean isMobile() {
        return state == State.ALLOCATED && ticket.length > 0;
    }

    /** The client has another address, or another way to the server: a mobile allocation comes along (RFC 8016, section 3.2). */
    public void onMoved(long nowNanos) {
        if (isMobile()) {
            ask(Ask.of(Ask.Kind.MOVE), nowNanos);
        }
    }

    /** Lets data pass to and from a peer's host. What is sent right behind the request passes, since the server takes them in order. */
    public @Nullable TurnPeer permit(TransportAddress address, long nowNanos) {
        TurnPeer peer = peers.at(address);
        if (peer == null) {
            counters.count(TurnClientReason.TOO_MANY_PEERS);
            return null;
        }
        if (state == State.ALLOCATED && peer.renewAt == Deadline.NONE && !peer.asking && !peer.refused) {
            askFor(peer, nowNanos);
        }
        return peer;
    }

    /** Returns the peer at an address that was permitted, or null. */
    public @Nullable TurnPeer peer(TransportAddress address) {
        return peers.find(address);
    }

    /** Gets a channel for a peer, whose data goes with four bytes more each from then on; until then it goes in indications. */
    public void bind(TurnPeer peer, long nowNanos) {
        if (!peer.wantsChannel && !peer.refused && state == State.ALLOCATED && peers.number(peer)) {
            peer.wantsChannel = true;
            ask(Ask.of(Ask.Kind.BIND, peer), nowNanos);
        }
    }

    /** Gives the allocation back. */
    public void release(long nowNanos) {
        if (state == State.ALLOCATED) {
            rest();
            state = State.RELEASING;
            ask(Ask.of(Ask.Kind.RELEASE), nowNanos);
        } else if (state != State.ENDED && state != State.RELEASING) {
            end(new TurnClientEvent.Released());
        }
    }

    private void askFor(TurnPeer peer, long nowNanos) {
        peer.asking = true;
        ask(Ask.of(peer.wantsChannel ? Ask.Kind.BIND : Ask.Kind.PERMIT, peer), nowNanos);
    }

    private void ask(Ask ask, long nowNanos) {
        requests.ask(ask, writer -> attributes(ask, writer), credentials, nowNanos);
    }

    private void attributes(Ask ask, StunWriter writer) {
        TurnPeer peer = ask.peer();
        switch (ask.kind()) {
            case ALLOCATE -> {
                writer.int32(TurnAttribute.REQUESTED_TRANSPORT, (long) TurnAttribute.TRANSPORT_UDP << 24);
                switch (setup.family()) {
                    case IPV4 -> writer.int32(TurnAttribute.REQUESTED_ADDRESS_FAMILY, (long) TurnAttribute.FAMILY_IPV4 << 24);
                    case IPV6 -> writer.int32(TurnAttribute.REQUESTED_ADDRESS_FAMILY, (long) TurnAttribute.FAMILY_IPV6 << 24);
                    case BOTH -> writer.int32(TurnAttribute.ADDITIONAL_ADDRESS_FAMILY, (long) TurnAttribute.FAMILY_IPV6 << 24);
                    case ANY -> {
                        // the server's choice
                    }
                }
                if (mobile) {
                    writer.flag(TurnAttribute.MOBILITY_TICKET);
                }
            }
            case REFRESH -> writer.int32(TurnAttribute.LIFETIME, LIFETIME_SECONDS);
            case MOVE -> writer.int32(TurnAttribute.LIFETIME, LIFETIME_SECONDS).bytes(TurnAttribute.MOBILITY_TICKET, ticket);
            case RELEASE -> writer.int32(TurnAttribute.LIFETIME, 0);
            case PERMIT, BIND -> {
                if (peer != null && ask.kind() == Ask.Kind.BIND) {
                    writer.int32(TurnAttribute.CHANNEL_NUMBER, (long) peer.number << 16);
                }
                if (peer != null) {
                    writer.xorAddress(TurnAttribute.XOR_PEER_ADDRESS, peer.address());
                }
            }
        }
    }

    /** Takes a message that came from the server. After {@link Inbound#DATA} the bytes of the peer lie in the same buffer. */
    public Inbound onPacket(ByteBuffer buffer, int offset, int length, long nowNanos) {
        if (length >= ChannelData.HEADER_LENGTH && (buffer.get(offset) & 0xC0) == 0x40) {
            return data.onChannelData(buffer, offset, length) ? Inbound.DATA : Inbound.DROPPED;
        }
        if (message.wrap(buffer, offset, length) != StunResult.OK) {
            return drop(TurnClientReason.MALFORMED);
        }
        return switch (message.messageClass()) {
            case StunType.INDICATION -> onIndication();
            case StunType.REQUEST -> drop(TurnClientReason.UNEXPECTED);
            default -> onAnswer(nowNanos);
        };
    }

    private Inbound drop(TurnClientReason reason) {
        counters.count(reason);
        return Inbound.DROPPED;
    }

    private Inbound onIndication() {
        TransportAddress from = message.xorAddress(TurnAttribute.XOR_PEER_ADDRESS);
        int bytes = message.find(TurnAttribute.DATA);
        int icmp = message.find(TurnAttribute.ICMP);
        if (message.method() != TurnAttribute.METHOD_DATA || from == null || bytes < 0 && icmp < 0) {
            return drop(TurnClientReason.UNEXPECTED);
        }
        TurnPeer known = peers.find(from);
        if (bytes >= 0) {
            data.found(known == null ? from : known.address(), bytes, message.valueLength(bytes));
            return Inbound.DATA;
        }
        if (message.valueLength(icmp) == 8) { // figure 11: sixteen bits reserved, seven of type, nine of code
            int typeAndCode = message.buffer().getShort(icmp + 2) & 0xffff;
            events.add(new TurnClientEvent.PeerUnreachable(from, typeAndCode >>> 9, typeAndCode & 0x1ff));
        }
        return Inbound.CONTROL;
    }

    private Inbound onAnswer(long nowNanos) {
        ClientTransaction asked = requests.askedBy(message);
        if (asked == null) {
            return drop(TurnClientReason.UNKNOWN_TRANSACTION);
        }
        int code = message.messageClass() == StunType.ERROR ? Math.max(1, message.errorCode()) : 0;
        boolean challenge = code == 401 || code == 438;
        if (!challenge && (LongTermClient.bidsDown(message) || code != 300 && !authentic(asked, code))) {
            asked.violated = true;
            if (setup.reliable()) {
                requests.remove(asked);
                onSilence(asked, nowNanos);
            }
            return drop(TurnClientReason.WRONG_INTEGRITY);
        }
        requests.remove(asked);
        if (challenge) {
            onChallenge(asked, code, nowNanos);
        } else if (code == 0) {
            counters.count(TurnClientReason.ANSWERED);
            onSuccess(asked.ask, nowNanos);
        } else {
            counters.count(TurnClientReason.ANSWERED);
            onError(asked.ask, code, message.errorReason(), nowNanos);
        }
        return Inbound.CONTROL;
    }

    /** RFC 8489, section 9.2.5: 400 is never believed unsigned; the rest is when we could not sign either. */
    private boolean authentic(ClientTransaction asked, int code) {
        return asked.signed ? credentials.verifies(message) : code > 0 && code != 400;
    }

    private void onChallenge(ClientTransaction asked, int code, long nowNanos) {
        String text = message.errorReason();
        LongTermClient.Verdict verdict = credentials.onChallenge(message, asked.signed);
        if (verdict == LongTermClient.Verdict.RETRY && asked.ask.repeated() < MOST_NONCES) {
            counters.count(TurnClientReason.CHALLENGED);
            ask(asked.ask.again(), nowNanos);
            return;
        }
        if (verdict == LongTermClient.Verdict.BAD) {
            counters.count(TurnClientReason.BAD_CHALLENGE);
        }
        onError(asked.ask, code, text, nowNanos);
    }

    private void onSuccess(Ask ask, long nowNanos) {
        TurnPeer peer = ask.peer();
        switch (ask.kind()) {
            case ALLOCATE -> onAllocated(nowNanos);
            case REFRESH, MOVE -> refreshed(nowNanos);
            case RELEASE -> end(new TurnClientEvent.Released());
            case PERMIT, BIND -> {
                if (peer != null) {
                    peer.asking = false;
                    peer.bound |= ask.kind() == Ask.Kind.BIND;
                    peer.renewAt = nowNanos + ClientPeers.RENEWAL;
                }
            }
        }
    }

    private void onAllocated(long nowNanos) {
        List<TransportAddress> relayed = new ArrayList<>();
        for (TransportAddress each : message.xorAddresses(TurnAttribute.XOR_RELAYED_ADDRESS)) {
            if (each != null) {
                relayed.add(each);
            }
        }
        TransportAddress mapped = message.xorAddress(StunAttribute.XOR_MAPPED_ADDRESS);
        if (relayed.isEmpty() || mapped == null) {
            fail(UNREACHABLE, "the server's answer has no usable address");
            return;
        }
        state = State.ALLOCATED;
        data.open(true);
        refreshed(nowNanos);
        keepaliveAt = setup.reliable() ? Deadline.NONE : nowNanos + KEEPALIVE;
        events.add(new TurnClientEvent.Allocated(List.copyOf(relayed), mapped));
        for (TurnPeer peer : peers.all()) {
            askFor(peer, nowNanos);
        }
    }

    /** Sets when to refresh: a minute before the end, or half-way when that is sooner. */
    private void refreshed(long nowNanos) {
        long lifetime = TimeUnit.SECONDS.toNanos(message.unsignedInt(TurnAttribute.LIFETIME, LIFETIME_SECONDS));
        refreshAt = nowNanos + Math.max(lifetime / 2, lifetime - BEFORE_EXPIRY);
        byte[] fresh = message.bytes(TurnAttribute.MOBILITY_TICKET);
        ticket = fresh == null ? ticket : fresh;
    }

    private void onError(Ask ask, int code, String text, long nowNanos) {
        TurnPeer peer = ask.peer();
        switch (ask.kind()) {
            case ALLOCATE -> {
                if (code == 300) {
                    redirect(nowNanos);
                } else if (code == 405 && mobile) {
                    mobile = false;
                    ask(ask, nowNanos);
                } else {
                    fail(code, text);
                }
            }
            case REFRESH, MOVE -> fail(code, text);
            case RELEASE -> end(new TurnClientEvent.Released());
            case PERMIT, BIND -> {
                if (code == 437) {
                    fail(code, text); // the server knows nothing of our allocation
                } else if (peer != null) {
                    onPeerError(ask, peer, code, text, nowNanos);
                }
            }
        }
    }

    /** Without a channel the peer's data goes in indications; without a permission it does not go at all. */
    private void onPeerError(Ask ask, TurnPeer peer, int code, String text, long nowNanos) {
        peer.asking = false;
        peer.bound = false;
        if (ask.kind() == Ask.Kind.BIND && code != 403) {
            peer.wantsChannel = false;
            askFor(peer, nowNanos);
            return;
        }
        peer.refused = true;
        counters.count(TurnClientReason.PEER_REFUSED);
        events.add(new TurnClientEvent.PeerRefused(peer.address(), code, text));
    }

    private void redirect(long nowNanos) {
        TransportAddress to = message.addresses(StunAttribute.ALTERNATE_SERVER).stream().filter(each -> each.ipv4() == server.ipv4())
                .findFirst().orElse(null);
        Long before = to == null ? null : visited.get(to);
        boolean again = before != null && nowNanos - before < REDIRECTION_MEMORY;
        if (to == null || again || ++redirections > MOST_REDIRECTIONS) {
            fail(300, again ? "redirected in a circle" : "redirected to nowhere");
            return;
        }
        counters.count(TurnClientReason.REDIRECTED);
        credentials = new LongTermClient(setup.username(), setup.password()); // whose realm and nonce are another server's
        connect(to, message.text(StunAttribute.ALTERNATE_DOMAIN), nowNanos);
    }

    private void onSilence(ClientTransaction asked, long nowNanos) {
        TurnPeer peer = asked.ask.peer();
        switch (asked.ask.kind()) {
            case RELEASE -> end(new TurnClientEvent.Released());
            case PERMIT, BIND -> {
                if (peer != null) {
                    peer.asking = false;
                    peer.renewAt = nowNanos + RETRY_PEER;
                }
            }
            default -> fail(UNREACHABLE, asked.violated ? "the server's answers have no valid integrity" : "the server does not answer");
        }
    }

    private void fail(int code, String text) {
        end(new TurnClientEvent.Failed(code, text.isEmpty() ? ErrorCode.phraseOf(code) : text));
    }

    private void end(TurnClientEvent last) {
        state = State.ENDED;
        data.open(false);
        rest();
        events.add(last);
    }

    private void rest() {
        requests.clear();
        refreshAt = Deadline.NONE;
        keepaliveAt = Deadline.NONE;
    }

    /** Sends again what was not answered, and renews what would expire. */
    public void onTimeout(long nowNanos) {
        for (ClientTransaction silent : requests.resend(nowNanos)) {
            counters.count(TurnClientReason.TIMED_OUT);
            if (state != State.ENDED) {
                onSilence(silent, nowNanos);
            }
        }
        if (state != State.ALLOCATED) {
            return;
        }
        if (Deadline.due(refreshAt, nowNanos)) {
            refreshAt = Deadline.NONE;
            ask(Ask.of(Ask.Kind.REFRESH), nowNanos);
        }
        peers.due(nowNanos).forEach(peer -> askFor(peer, nowNanos));
        if (Deadline.due(keepaliveAt, nowNanos)) {
            keepaliveAt = nowNanos + KEEPALIVE;
            requests.keepAlive();
        }
    }

    /** Returns when {@link #onTimeout} is to be called next. */
    public long nextDeadline() {
        long nearest = Deadline.nearer(Deadline.nearer(refreshAt, keepaliveAt), requests.nextDeadline());
        return state == State.ALLOCATED ? Deadline.nearer(nearest, peers.nextDeadline()) : nearest;
    }

    /** Returns the way of data. */
    public TurnData data() {
        return data;
    }

    /** Returns the server, which a redirection changes. */
    public TransportAddress server() {
        return server;
    }

    /** Takes the next message to the server, or null. */
    public byte @Nullable [] pollTransmit() {
        return requests.poll();
    }

    /** Takes the next event, or null. */
    public @Nullable TurnClientEvent pollEvent() {
        return events.poll();
    }
}
