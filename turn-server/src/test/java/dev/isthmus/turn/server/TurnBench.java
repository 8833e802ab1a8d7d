package dev.isthmus.turn.server;

import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.Datagram;
import dev.isthmus.ice.net.IcmpError;
import dev.isthmus.ice.net.LinkTable;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.sim.SeededRandom;
import dev.isthmus.turn.allocation.Allocation;
import dev.isthmus.turn.allocation.PeerConnection;
import dev.isthmus.turn.allocation.PortPool;
import dev.isthmus.turn.allocation.RelayAddress;
import dev.isthmus.turn.allocation.RelayPool;
import dev.isthmus.turn.allocation.RelaySockets;
import dev.isthmus.turn.auth.AllocationLimits;
import dev.isthmus.turn.auth.AllocationQuota;
import dev.isthmus.turn.auth.AnswerLimiter;
import dev.isthmus.turn.auth.Bandwidth;
import dev.isthmus.turn.auth.CredentialPolicy;
import dev.isthmus.turn.auth.CredentialStore;
import dev.isthmus.turn.auth.RestSecret;
import dev.isthmus.turn.peers.AddressRange;
import dev.isthmus.turn.peers.OwnAddresses;
import dev.isthmus.turn.peers.PeerPolicy;
import dev.isthmus.turn.peers.PeerRule;
import dev.isthmus.turn.support.TurnDialog;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A TURN server without sockets on a test's table: the test is its clients, its peers and its clock. */
final class TurnBench {
    static final TransportAddress LISTENER = address("192.0.2.1:3478");
    static final TransportAddress ALICE = address("198.51.100.1:5000");
    /** On addresses that no other test listens on. */
    static final NatDiscovery DISCOVERY = new NatDiscovery(address("192.0.2.7:3478"), address("192.0.2.8:3479"));
    static final TransportAddress PEER = address("203.0.113.9:9000");

    final Counters<TurnReason> counters = new Counters<>(TurnReason.class);
    final SeededRandom random = new SeededRandom(1);
    final Set<TransportAddress> open = new HashSet<>();
    final Set<Integer> taken = new HashSet<>();
    private final Sockets sockets = new Sockets();
    final TurnServer server;
    /** What the shell was told to do, timers aside. */
    final List<TurnCommand> commands = new ArrayList<>();
    long now = 1_000_000_000L;
    long wall = 1_700_000_000_000L;

    TurnBench(CredentialStore store, PortPool ports) {
        this(store, List.of(relay("192.0.2.2", ports)), true, false);
    }

    TurnBench(CredentialStore store, List<RelayPool> relays, boolean defaultIpv4, boolean strict) {
        this(store, relays, defaultIpv4, strict, List.of());
    }

    TurnBench(CredentialStore store, List<RelayPool> relays, boolean defaultIpv4, boolean strict, List<TransportAddress> alternates) {
        this(store, relays, defaultIpv4, strict, alternates, AllocationQuota.Limits.DEFAULT, Bandwidth.Limits.NONE);
    }

    TurnBench(CredentialStore store, List<RelayPool> relays, boolean defaultIpv4, boolean strict, List<TransportAddress> alternates,
            AllocationQuota.Limits quota, Bandwidth.Limits bandwidth) {
        PeerPolicy peers = new PeerPolicy(
                List.of(rule(false, "203.0.113.66"), rule(true, "203.0.113.0/24"), rule(true, "2001:db8:9::/48")), OwnAddresses.NONE);
        TurnConfig config = new TurnConfig(store, peers, new TurnConfig.Features(defaultIpv4, strict, true, true), bandwidth, alternates,
                DISCOVERY,
                "test");
        store.onGone(username -> {
            revoke(username);
            drain();
        });
        server = new TurnServer(new TurnServer.Parts(config, TurnServer.Tables.of(quota, bandwidth, new AnswerLimiter(random.nextLong(),
                AnswerLimiter.Allowance.DEFAULT)), 0, relays, sockets, new LinkTable(true), random, random.bytes(32)), counters);
    }

    private void revoke(String username) {
        server.revoke(username);
    }

    private final class Sockets implements RelaySockets {
        @Override
        public @Nullable RelaySocket open(Allocation allocation, TransportAddress at) {
            return claim(at) ? () -> open.remove(at) : null;
        }

        private boolean claim(TransportAddress at) {
            return !taken.contains(at.port()) && open.add(at);
        }

        @Override
        public @Nullable HeldSocket hold(TransportAddress at) {
            return claim(at) ? new Held(at) : null;
        }

        @Override
        public @Nullable RelaySocket open(Allocation allocation, HeldSocket held) {
            TransportAddress at = ((Held) held).at;
            return () -> open.remove(at);
        }

        private final class Held implements HeldSocket {
            private final TransportAddress at;

            Held(TransportAddress at) {
                this.at = at;
            }

            @Override
            public void close() {
                open.remove(at);
            }
        }
    }

    private static PeerRule rule(boolean allow, String range) {
        return new PeerRule(allow, Objects.requireNonNull(AddressRange.parse(range)), "test");
    }

    static RelayPool relay(String host, PortPool ports) {
        TransportAddress at = Objects.requireNonNull(TransportAddress.parse(host, 0));
        return new RelayPool(new RelayAddress(at, at), ports);
    }

    /** A server that relays to both address families. */
    static TurnBench dual(boolean defaultIpv4) {
        return new TurnBench(users(), List.of(relay("192.0.2.2", new PortPool(50_000, 50_999, 0, 1)),
                relay("2001:db8::2", new PortPool(50_000, 50_999, 0, 1))), defaultIpv4, false);
    }

    static CredentialStore users() {
        return CredentialStore.of("example.org", Map.of("alice", "secret", "bob", "secret"), CredentialPolicy.USER, List.of());
    }

    static TurnBench withUser() {
        return new TurnBench(users(), new PortPool(50_000, 50_999, 0, 1));
    }

    static TurnBench minted(RestSecret secret) {
        return new TurnBench(CredentialStore.of("example.org", Map.of(), CredentialPolicy.USER, List.of(secret)),
                new PortPool(50_000, 50_999, 0, 1));
    }

    static RestSecret secret(TransportAddress... onlyPeers) {
        return new RestSecret(new byte[]{1, 2, 3}, new CredentialPolicy(List.of(onlyPeers), 2, 600, false, AllocationLimits.DEFAULT));
    }

    static TransportAddress address(String text) {
        return Objects.requireNonNull(TransportAddress.parse(text));
    }

    /** What came out of the server for one datagram. */
    record Out(Route.Kind kind, TransportAddress to, byte[] bytes) {}

    /** For how long the client of the last packet to a peer is not to be read. */
    long pause;

    private Out out(Route route) {
        pause = route.kind() == Route.Kind.TO_PEER ? route.pauseNanos() : 0;
        byte[] bytes = new byte[route.length()];
        if (route.kind() != Route.Kind.DROP) {
            route.buffer().get(route.offset(), bytes);
        }
        drain();
        return new Out(route.kind(), route.to().remote(), bytes);
    }

    private static Datagram datagram(byte[] bytes, TransportAddress at, TransportAddress from) {
        ByteBuffer buffer = ByteBuffer.allocate(Datagram.HEADROOM + bytes.length);
        buffer.put(Datagram.HEADROOM, bytes);
        Datagram datagram = new Datagram().wrap(buffer, Datagram.HEADROOM, bytes.length);
        datagram.key().set(AddressKey.of(at, from));
        return datagram;
    }

    Out fromClient(TransportAddress client, byte[] bytes) {
        return fromClient(AddressKey.Transport.UDP, client, bytes);
    }

    Out fromClient(AddressKey.Transport transport, TransportAddress client, byte[] bytes) {
        Datagram datagram = datagram(bytes, LISTENER, client);
        datagram.key().transport(transport);
        return out(server.onClient(datagram, now, wall));
    }

    /** Hands over datagrams of one client as the kernel's GRO does: all but the first follow another of the same train. */
    List<Out> train(TransportAddress client, byte[]... messages) {
        List<Out> outs = new ArrayList<>();
        for (byte[] message : messages) {
            outs.add(out(server.onClient(datagram(message, LISTENER, client).follows(!outs.isEmpty()), now, wall)));
        }
        return outs;
    }

    Out fromPeer(TransportAddress relayed, TransportAddress peer, byte[] bytes) {
        Allocation allocation = all().stream().filter(a -> a.relayed().equals(relayed)).findFirst().orElseThrow();
        return out(server.onPeer(allocation, datagram(bytes, relayed, peer), now));
    }

    /** Reports an ICMP error about what the allocation sent to the peer. */
    Out icmp(TransportAddress relayed, TransportAddress peer, int type, int code, int mtu) {
        Allocation allocation = all().stream().filter(a -> a.relayed().equals(relayed)).findFirst().orElseThrow();
        return out(server.onIcmp(allocation, IcmpError.of(AddressKey.of(relayed, peer), type, code, mtu), now));
    }

    TurnDialog dialog(TransportAddress client, String user, String password) {
        return new TurnDialog(request -> {
            Out out = fromClient(client, request);
            return out.kind() == Route.Kind.TO_CLIENT ? out.bytes() : null;
        }, user, password);
    }

    /** A client over TCP. */
    TurnDialog stream(TransportAddress client, String user) {
        return new TurnDialog(request -> {
            Out out = fromClient(AddressKey.Transport.TCP, client, request);
            return out.kind() == Route.Kind.TO_CLIENT ? out.bytes() : null;
        }, user, "secret");
    }

    Out connected(PeerConnection connection, boolean success) {
        return out(server.tcp().onConnected(connection, success, now));
    }

    /** A peer connects to a relayed address; returns null when it is turned away. */
    @Nullable
    PeerConnection accepted(TransportAddress relayed, TransportAddress peer) {
        Allocation allocation = all().stream().filter(a -> a.relayed().equals(relayed)).findFirst().orElseThrow();
        PeerConnection connection = server.tcp().onAccepted(allocation, peer, now);
        drain();
        return connection;
    }

    Out announced(PeerConnection connection) {
        return out(server.tcp().announce(connection));
    }

    /** A server whose users, addresses and all together are limited like that. */
    static TurnBench limited(AllocationLimits each, int user, AllocationQuota.Limits quota, Bandwidth.Limits bandwidth) {
        CredentialStore store = CredentialStore.of("example.org", Map.of("alice", "secret", "bob", "secret"),
                CredentialPolicy.user(user, each), List.of());
        return new TurnBench(store, List.of(relay("192.0.2.2", new PortPool(50_000, 50_999, 0, 1))), true, false, List.of(), quota,
                bandwidth);
    }

    TurnDialog alice() {
        return dialog(ALICE, "alice", "secret");
    }

    private void drain() {
        for (TurnCommand command = server.pollCommand(); command != null; command = server.pollCommand()) {
            if (command instanceof TurnCommand.Release(Allocation allocation)) {
                Objects.requireNonNull(allocation.socket()).close();
            }
            if (!(command instanceof TurnCommand.Schedule)) {
                commands.add(command);
            }
        }
    }

    /** Every allocation, both halves of dual ones. */
    private List<Allocation> all() {
        List<Allocation> found = new ArrayList<>();
        for (Allocation allocation : server.allocations()) {
            found.add(allocation);
            if (allocation.sibling() != null) {
                found.add(Objects.requireNonNull(allocation.sibling()));
            }
        }
        return found;
    }

    /** Lets time go by, firing each allocation's timer when it is due. */
    void pass(long nanos) {
        long end = now + nanos;
        while (true) {
            @Nullable
            Allocation nearest = null;
            for (Allocation allocation : all()) {
                if (allocation.nextDeadline() <= end && (nearest == null || allocation.nextDeadline() < nearest.nextDeadline())) {
                    nearest = allocation;
                }
            }
            if (nearest == null) {
                wall += (end - now) / 1_000_000;
                now = end;
                return;
            }
            long next = Math.max(now, nearest.nextDeadline());
            wall += (next - now) / 1_000_000;
            now = next;
            server.onTimeout(nearest, now);
            drain();
        }
    }

    List<TransportAddress> openSockets() {
        return new ArrayList<>(open);
    }
}
