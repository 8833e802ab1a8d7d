package dev.isthmus.turn.server;

import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.Datagram;
import dev.isthmus.ice.net.FlowMap;
import dev.isthmus.ice.net.IcmpError;
import dev.isthmus.ice.net.LinkTable;
import dev.isthmus.ice.net.PacketKind;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.stun.MessageIntegrity;
import dev.isthmus.ice.stun.StunMessage;
import dev.isthmus.ice.stun.StunResult;
import dev.isthmus.ice.stun.StunType;
import dev.isthmus.ice.time.Deadline;
import dev.isthmus.ice.time.RandomSource;
import dev.isthmus.ice.turn.ChannelData;
import dev.isthmus.ice.turn.TurnAttribute;
import dev.isthmus.turn.allocation.Allocation;
import dev.isthmus.turn.allocation.PeerConnections;
import dev.isthmus.turn.allocation.PeerRoute;
import dev.isthmus.turn.allocation.RelayPool;
import dev.isthmus.turn.allocation.RelaySockets;
import dev.isthmus.turn.allocation.Reservations;
import dev.isthmus.turn.allocation.Tickets;
import dev.isthmus.turn.auth.AnswerLimiter;
import dev.isthmus.turn.auth.AllocationQuota;
import dev.isthmus.turn.auth.Bandwidth;
import dev.isthmus.turn.auth.Lookups;
import dev.isthmus.turn.auth.Sources;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The STUN and TURN server of one loop (RFC 8489, RFC 8656), without sockets: it is handed datagrams with the time and says where bytes go.
 *
 * <p>Data passes as a returned {@link Route}. What a request changes comes out of {@link #pollCommand}, to be drained after each call. Each
 * allocation's timer is the caller's: it calls {@link #onTimeout} when the allocation's deadline has come.
 */
public final class TurnServer {
    /** What a server is built from. */
    public record Parts(TurnConfig config, Tables tables, int loop, List<RelayPool> relays, RelaySockets sockets, LinkTable links,
            RandomSource random, byte[] nonceKey) {}

    /** What the servers of all loops have in common. */
    public record Tables(AllocationQuota quota, Reservations reservations, PeerConnections connections, Tickets tickets,
            Bandwidth bandwidth, AnswerLimiter limiter, AnswerLimiter lookups) {
        /** Creates empty tables. */
        public static Tables of(AllocationQuota.Limits allocations, Bandwidth.Limits bandwidth, AnswerLimiter limiter) {
            AllocationQuota quota = new AllocationQuota(allocations);
            return new Tables(quota, new Reservations(quota), new PeerConnections(), new Tickets(), new Bandwidth(bandwidth), limiter,
                    limiter.apart());
        }
    }

    private final Counters<TurnReason> counters;
    private final LinkTable links;
    private final RandomSource random;
    private final Tables tables;
    private final Mobility mobility;
    private final Admission admission;
    private final BindingHandler binding;
    private final RequestHandler requests;
    private final Reply reply;
    private final IcmpReports icmp;
    private final StunMessage message = new StunMessage();
    private final Route route = new Route();
    private final AddressKey peerKey = new AddressKey();
    /** Client five-tuple to its allocation. */
    private final FlowMap<Allocation> allocations = new FlowMap<>();
    /** What the last datagram of a train was for; the next one of the same train and channel need not be looked up. */
    private @Nullable Allocation trainAllocation;
    private @Nullable PeerRoute trainRoute;
    /** How many allocations have been left by their connections. */
    private long parked;
    private final Deque<TurnCommand> commands = new ArrayDeque<>();

    /** Creates a server that counts into the given counters. */
    public TurnServer(Parts parts, Counters<TurnReason> counters) {
        this.counters = counters;
        this.links = parts.links();
        this.random = parts.random();
        this.tables = parts.tables();
        this.mobility = new Mobility(parts);
        this.admission = new Admission(parts.config().peers(), parts.links());
        MessageIntegrity integrity = new MessageIntegrity();
        this.reply = new Reply(integrity, parts.config().software());
        this.icmp = new IcmpReports(reply, parts.random(), counters);
        this.binding = new BindingHandler(parts.config().discovery(), parts.tables().limiter(), counters, reply);
        Authenticator authenticator = new Authenticator(parts.config().credentials(), parts.nonceKey(), integrity,
                parts.tables().lookups());
        this.requests = new RequestHandler(this, parts, authenticator, mobility, reply);
    }

    /** Takes a datagram from a client's side. */
    public Route onClient(Datagram datagram, long nowNanos, long wallMillis) {
        if (!datagram.follows() && trainRoute != null) {
            trainRoute = null; // of a train that is over; this may be another client's
        }
        ByteBuffer buffer = datagram.buffer();
        return switch (PacketKind.of(buffer, datagram.offset(), datagram.length())) {
            case CHANNEL_DATA -> onChannelData(datagram, nowNanos);
            case STUN -> onStun(datagram, nowNanos, wallMillis);
            default -> drop(TurnReason.NOT_STUN);
        };
    }

    private Route onChannelData(Datagram datagram, long nowNanos) {
        int data = ChannelData.dataLength(datagram.buffer(), datagram.offset(), datagram.length());
        if (data < 0) {
            return drop(TurnReason.BAD_CHANNEL_DATA);
        }
        int channel = ChannelData.channel(datagram.buffer(), datagram.offset());
        if (datagram.follows() && trainRoute != null && trainRoute.boundChannel() == channel && trainAllocation != null) {
            return toPeer(trainAllocation, trainRoute, datagram.buffer(), datagram.offset() + ChannelData.HEADER_LENGTH, data, nowNanos);
        }
        Allocation allocation = allocations.get(datagram.key());
        if (allocation == null) {
            return drop(TurnReason.NO_ALLOCATION);
        }
        PeerRoute peer = allocation.routeOf(channel);
        Allocation sibling = allocation.sibling();
        if (peer == null && sibling != null) {
            allocation = sibling;
            peer = sibling.routeOf(channel);
        }
        if (peer == null) {
            return drop(TurnReason.UNKNOWN_CHANNEL);
        }
        if (datagram.follows()) {
            trainAllocation = allocation;
            trainRoute = peer;
        }
        return toPeer(allocation, peer, datagram.buffer(), datagram.offset() + ChannelData.HEADER_LENGTH, data, nowNanos);
    }

    private Route toPeer(Allocation allocation, PeerRoute peer, ByteBuffer buffer, int offset, int length, long nowNanos) {
        if (!peer.open(nowNanos)) {
            return drop(TurnReason.NO_PERMISSION_TO_PEER);
        }
        Bandwidth.Share share = allocation.bandwidth();
        long pause = share == null ? 0 : share.toPeer(allocation.client().isStream(), length, nowNanos);
        if (pause < 0) {
            return drop(TurnReason.BANDWIDTH_TO_PEER);
        }
        LinkTable.Sink sink = peer.sink();
        TransportAddress ours = peer.whileRelayed();
        if (ours != null && sink == null && !links.holds(ours)) {
            return drop(TurnReason.PEER_GONE); // whoever has that port now is no client of ours
        }
        counters.count(TurnReason.RELAYED_TO_PEER);
        counters.add(TurnReason.BYTES_TO_PEER, length);
        return route.toPeer(peer.toPeer(), allocation.socket(), sink, buffer, offset, length).pause(pause);
    }

    private Route onStun(Datagram datagram, long nowNanos, long wallMillis) {
        trainRoute = null; // which a request may end
        if (message.wrap(datagram.buffer(), datagram.offset(), datagram.length()) != StunResult.OK) {
            return drop(TurnReason.MALFORMED);
        }
        int type = message.type();
        if (type == StunType.of(TurnAttribute.METHOD_SEND, StunType.INDICATION)) {
            return onSend(datagram.key(), nowNanos);
        }
        if (message.messageClass() != StunType.REQUEST) {
            return drop(TurnReason.UNEXPECTED_CLASS);
        }
        if (message.method() == StunType.BINDING) {
            AddressKey back = binding.onRequest(message, datagram.key(), nowNanos);
            return back == null ? route.drop() : answer(back);
        }
        int elsewhere = elsewhere(datagram.key());
        if (elsewhere >= 0) {
            counters.count(TurnReason.SENT_TO_LOOP);
            return route.toLoop(elsewhere);
        }
        if (requests.onRequest(message, datagram.key(), nowNanos, wallMillis)) {
            return answer(datagram.key());
        }
        Lookups.Answer awaited = requests.takeAwaited();
        return awaited == null ? route.drop() : route.later(awaited);
    }

    /** The loop that has the allocation which a client speaks of that has moved, or -1. */
    private int elsewhere(AddressKey client) {
        if (message.method() != TurnAttribute.METHOD_REFRESH || allocations.get(client) != null) {
            return -1;
        }
        Tickets.Holder holder = mobility.holder(message);
        return holder == null || mobility.isHere(holder) ? -1 : holder.loop();
    }

    /** Nothing is to be sent. */
    Route nowhere() {
        return route.drop();
    }

    /** Sends the reply to a client. */
    Route answer(AddressKey client) {
        return route.toClient(client, reply.buffer(), 0, reply.length());
    }

    /** RFC 8656, section 11.2: a Send indication is silently dropped where a request would be refused. */
    private Route onSend(AddressKey client, long nowNanos) {
        Allocation allocation = allocations.get(client);
        if (allocation == null) {
            return drop(TurnReason.NO_ALLOCATION);
        }
        if (allocation.tcp()) {
            return drop(TurnReason.DATA_ON_TCP);
        }
        TransportAddress peer = message.xorAddress(TurnAttribute.XOR_PEER_ADDRESS);
        int data = message.find(TurnAttribute.DATA);
        if (peer == null || data < 0) {
            return drop(TurnReason.SEND_INCOMPLETE);
        }
        if (message.unknownRequired(TurnServer::knownInSend).length > 0) {
            return drop(TurnReason.SEND_UNKNOWN_ATTRIBUTE);
        }
        Allocation from = allocation.ofFamily(peer.ipv4());
        if (from == null) {
            return drop(TurnReason.WRONG_FAMILY);
        }
        PeerRoute to = route(from, peer);
        if (to == null) {
            boolean forbidden = admission.endpoint(from.credential(), peer) == Admission.Verdict.NO;
            return drop(forbidden ? TurnReason.SEND_FORBIDDEN : TurnReason.NO_PERMISSION_TO_PEER);
        }
        Route sent = toPeer(from, to, message.buffer(), data, message.valueLength(data), nowNanos);
        // Section 13.3: a translation between the families does not know of it.
        boolean unfragmented = client.ipv4() == peer.ipv4() && message.has(TurnAttribute.DONT_FRAGMENT);
        return unfragmented && sent.kind() == Route.Kind.TO_PEER ? sent.dontFragment() : sent;
    }

    private static boolean knownInSend(int type) {
        return type == TurnAttribute.XOR_PEER_ADDRESS || type == TurnAttribute.DATA || type == TurnAttribute.DONT_FRAGMENT;
    }

    /**
     * Returns the route to a peer, made when it is first asked for and the peer has a permission and may be one, with its in-memory sink looked
     * up anew when it has none; or null.
     */
    @Nullable
    PeerRoute route(Allocation allocation, TransportAddress peer) {
        peerKey.setRemote(peer);
        PeerRoute found = allocation.routeTo(peerKey);
        if (found == null && allocation.knows(peerKey)) {
            Admission.Verdict verdict = admission.endpoint(allocation.credential(), peer);
            found = verdict == Admission.Verdict.NO ? null : allocation.addRoute(peer);
            if (found != null && verdict == Admission.Verdict.WHILE_RELAYED) {
                found.whileRelayed(peer);
            }
        }
        if (found != null && found.sink() == null) {
            found.sink(links.find(peer));
        }
        return found;
    }

    /** Takes a datagram that arrived at an allocation's relayed address, by socket or by link. */
    public Route onPeer(Allocation allocation, Datagram datagram, long nowNanos) {
        PeerRoute from = allocation.routeTo(datagram.key());
        if (from == null && allocation.knows(datagram.key())) {
            from = route(allocation, datagram.key().remote());
        }
        if (from == null || !from.open(nowNanos)) {
            return drop(TurnReason.NO_PERMISSION_FROM_PEER);
        }
        int length = datagram.length();
        int channel = from.channel(nowNanos);
        if (channel == 0 && length > LARGEST_INDICATION) {
            return drop(TurnReason.DATA_TOO_LONG);
        }
        Bandwidth.Share share = allocation.bandwidth();
        if (share != null && !share.toClient(length, nowNanos)) {
            return drop(TurnReason.BANDWIDTH_TO_CLIENT);
        }
        counters.count(TurnReason.RELAYED_TO_CLIENT);
        counters.add(TurnReason.BYTES_TO_CLIENT, length);
        if (channel == 0) {
            return dataIndication(allocation, datagram);
        }
        int header = datagram.offset() - ChannelData.HEADER_LENGTH;
        ChannelData.writeHeader(datagram.buffer(), header, channel, length);
        return route.toClient(allocation.client(), datagram.buffer(), header, length + ChannelData.HEADER_LENGTH);
    }

    /** What fits into the output buffer beside the indication's own attributes. */
    private static final int LARGEST_INDICATION = 1980;

    private Route dataIndication(Allocation allocation, Datagram datagram) {
        AddressKey key = datagram.key();
        reply.indication(TurnAttribute.METHOD_DATA, random.nextInt(), random.nextLong())
                .xorAddress(TurnAttribute.XOR_PEER_ADDRESS, key.ipv4(), key.remoteHigh(), key.remoteLow(), key.remotePort())
                .bytes(TurnAttribute.DATA, datagram.buffer(), datagram.offset(), datagram.length());
        return answer(allocation.client());
    }

    /** Takes an ICMP error about a datagram that an allocation sent (section 11.5). */
    public Route onIcmp(Allocation allocation, IcmpError error, long nowNanos) {
        return icmp.onError(allocation, error, nowNanos) ? answer(allocation.client()) : route.drop();
    }

    /** Expires what is due in an allocation; its timer is filed anew by the command that follows, if it lives on. */
    public void onTimeout(Allocation allocation, long nowNanos) {
        if (Deadline.due(allocation.expires(), nowNanos)) {
            release(allocation);
        } else {
            allocation.expireParts(nowNanos);
            if (allocation.tcp()) {
                tcp().expire(allocation, nowNanos);
            }
        }
    }

    private Route drop(TurnReason reason) {
        counters.count(reason);
        return route.drop();
    }

    void add(Allocation allocation) {
        allocations.put(allocation.client(), allocation);
        counters.count(TurnReason.ALLOCATED);
        if (allocation.tcp()) {
            tables.connections().opened(allocation.relayed());
        }
        scheduleBoth(allocation);
    }

    private void scheduleBoth(Allocation allocation) {
        schedule(allocation);
        Allocation sibling = allocation.sibling();
        if (sibling != null) {
            schedule(sibling);
        }
    }

    /** Ends an allocation; the other half of a dual one lives on. */
    void release(Allocation allocation) {
        Allocation sibling = allocation.sibling();
        boolean known = allocations.remove(allocation.client(), allocation);
        if (!known && sibling == null) {
            return; // has ended already
        }
        trainRoute = null;
        if (allocation.tcp()) {
            tables.connections().ended(allocation.relayed());
            tcp().release(allocation);
        }
        mobility.release(allocation, sibling);
        allocation.part();
        allocation.returnPort();
        commands.add(new TurnCommand.Release(allocation));
        if (sibling == null) {
            String username = allocation.credential().username();
            String source = Sources.of(allocation.client().remote());
            tables.quota().give(username, source, 1);
            if (allocation.bandwidth() != null) {
                tables.bandwidth().leave(username, source);
            }
            counters.count(TurnReason.RELEASED);
        } else if (known) {
            allocations.put(sibling.client(), sibling);
        }
    }

    /** Ends every allocation of a user, whose credential has been withdrawn; returns how many five-tuples had one. */
    public int revoke(String username) {
        int ended = 0;
        for (Allocation allocation : allocations()) {
            if (allocation.credential().username().equals(username)) {
                releaseBoth(allocation);
                counters.count(TurnReason.REVOKED);
                ended++;
            }
        }
        return ended;
    }

    /** Ends every allocation. */
    public void releaseAll() {
        allocations().forEach(this::releaseBoth);
    }

    private void releaseBoth(Allocation allocation) {
        Allocation sibling = allocation.sibling();
        release(allocation);
        if (sibling != null) {
            release(sibling);
        }
    }

    /** Lets an allocation go with its client to another five-tuple. */
    void move(Allocation any, AddressKey to, long nowNanos) {
        Allocation filed = allocations.get(any.client());
        if (filed == null) {
            return;
        }
        String from = Sources.of(any.client().remote());
        String source = Sources.of(to.remote());
        tables.quota().move(from, source);
        Bandwidth.Share share = filed.bandwidth();
        if (share != null) {
            String username = any.credential().username();
            AllocateHandler.limitBandwidth(filed, tables.bandwidth().join(username, source, nowNanos));
            tables.bandwidth().leave(username, from);
        }
        trainRoute = null;
        allocations.remove(any.client(), filed);
        mobility.move(filed, to);
        allocations.put(to, filed);
        counters.count(TurnReason.MOVED);
        scheduleBoth(filed);
    }

    /**
     * Ends what a client had whose connection is closed, unless it may come back: nobody else can come to use it (RFC 8656, section 3.1).
     */
    public void onDisconnected(AddressKey client) {
        Allocation allocation = allocations.get(client);
        Allocation sibling = allocation == null ? null : allocation.sibling();
        boolean mobile = allocation != null && allocation.mobile() || sibling != null && sibling.mobile();
        if (allocation != null && mobile) {
            park(allocation);
        } else if (allocation != null) {
            counters.count(TurnReason.DISCONNECTED);
            releaseBoth(allocation);
        }
    }

    /**
     * Files a mobile allocation whose client's connection has closed where no packet can find it: whoever connects from that address next has
     * proved nothing. Its ticket finds it.
     */
    private void park(Allocation allocation) {
        AddressKey client = allocation.client();
        AddressKey nowhere = client.copy();
        nowhere.setLocal(client.ipv4(), 0, ++parked, 0);
        allocations.remove(client, allocation);
        allocation.move(nowhere);
        Allocation sibling = allocation.sibling();
        if (sibling != null) {
            sibling.move(nowhere);
        }
        allocations.put(nowhere, allocation);
        counters.count(TurnReason.PARKED);
    }

    /** Returns whether a client has an allocation. */
    public boolean hasAllocation(AddressKey client) {
        return allocations.get(client) != null;
    }

    /** Which peers may be reached. */
    Admission admission() {
        return admission;
    }

    void schedule(Allocation allocation) {
        command(new TurnCommand.Schedule(allocation));
    }

    void command(TurnCommand command) {
        commands.add(command);
    }

    /** Returns what concerns connections with peers over TCP. */
    public TcpRelays tcp() {
        return requests.tcp();
    }

    @Nullable
    Allocation allocation(AddressKey client) {
        return allocations.get(client);
    }

    Counters<TurnReason> counters() {
        return counters;
    }

    /** Takes the next command, or null. */
    public @Nullable TurnCommand pollCommand() {
        return commands.poll();
    }

    /** Returns how many allocations there are. */
    public int size() {
        return allocations.size();
    }

    /** Returns the allocations that exist, in a list of their own. */
    public Collection<Allocation> allocations() {
        return allocations.values();
    }
}
