package dev.isthmus.turn.sim;

import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.Datagram;
import dev.isthmus.ice.net.LinkTable;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.sim.SeededRandom;
import dev.isthmus.ice.sim.SimNetwork;
import dev.isthmus.ice.time.Deadline;
import dev.isthmus.turn.allocation.Allocation;
import dev.isthmus.turn.allocation.PortPool;
import dev.isthmus.turn.allocation.RelayAddress;
import dev.isthmus.turn.allocation.RelayPool;
import dev.isthmus.turn.allocation.RelaySockets;
import dev.isthmus.turn.auth.AllocationQuota;
import dev.isthmus.turn.auth.AnswerLimiter;
import dev.isthmus.turn.auth.Bandwidth;
import dev.isthmus.turn.auth.CredentialPolicy;
import dev.isthmus.turn.auth.CredentialStore;
import dev.isthmus.turn.peers.AddressRange;
import dev.isthmus.turn.peers.OwnAddresses;
import dev.isthmus.turn.peers.PeerPolicy;
import dev.isthmus.turn.peers.PeerRule;
import dev.isthmus.turn.server.Route;
import dev.isthmus.turn.server.TurnCommand;
import dev.isthmus.turn.server.TurnConfig;
import dev.isthmus.turn.server.TurnReason;
import dev.isthmus.turn.server.TurnServer;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Our STUN and TURN server on the simulated network, for datagrams and connections, with a relayed address of each family. */
public final class SimTurnServer implements SimNetwork.Host {
    private final SimNetwork network;
    private final TurnServer server;
    private final Counters<TurnReason> counters = new Counters<>(TurnReason.class);
    private final Map<TransportAddress, Allocation> relayed = new HashMap<>();

    /** Creates one that listens at these addresses and relays on hosts of its own. */
    public SimTurnServer(SimNetwork network, TransportAddress ipv4, TransportAddress ipv6, String relay4, String relay6) {
        this.network = network;
        SeededRandom random = network.random().split();
        List<PeerRule> all = Stream.of("0.0.0.0/0", "::/0")
                .map(range -> new PeerRule(true, Objects.requireNonNull(AddressRange.parse(range)), "test")).toList();
        TurnConfig config = new TurnConfig(
                CredentialStore.of("example.org", Map.of("alice", "secret"), CredentialPolicy.USER, List.of()),
                new PeerPolicy(all, OwnAddresses.NONE), new TurnConfig.Features(true, false, false, true), Bandwidth.Limits.NONE, List.of(),
                null, "test");
        List<RelayPool> pools = Stream.of(relay4, relay6).map(host -> {
            TransportAddress at = Objects.requireNonNull(TransportAddress.parse(host, 0));
            return new RelayPool(new RelayAddress(at, at), new PortPool(50_000, 50_999, 0, 1));
        }).toList();
        server = new TurnServer(new TurnServer.Parts(config,
                TurnServer.Tables.of(AllocationQuota.Limits.DEFAULT, Bandwidth.Limits.NONE,
                        new AnswerLimiter(1, AnswerLimiter.Allowance.DEFAULT)),
                0, pools, new Sockets(), new LinkTable(false), random, random.bytes(32)), counters);
        network.attach(this, ipv4, null);
        network.attach(this, ipv6, null);
    }

    private final class Sockets implements RelaySockets {
        @Override
        public RelaySocket open(Allocation allocation, TransportAddress at) {
            relayed.put(at, allocation);
            network.attach(SimTurnServer.this, at, null);
            return () -> {
                relayed.remove(at);
                network.detach(at);
            };
        }

        @Override
        public @Nullable HeldSocket hold(TransportAddress at) {
            return null;
        }

        @Override
        public @Nullable RelaySocket open(Allocation allocation, HeldSocket held) {
            return null;
        }
    }

    @Override
    public void onDatagram(byte[] bytes, TransportAddress at, TransportAddress from, long nowNanos) {
        Allocation allocation = relayed.get(at);
        Datagram datagram = datagram(bytes, at, from);
        carryOut(allocation == null
                ? server.onClient(datagram, nowNanos, wall(nowNanos))
                : server.onPeer(allocation, datagram, nowNanos));
    }

    @Override
    public void onMessage(byte[] bytes, TransportAddress at, TransportAddress from, long nowNanos) {
        Datagram datagram = datagram(bytes, at, from);
        datagram.key().transport(AddressKey.Transport.TCP);
        carryOut(server.onClient(datagram, nowNanos, wall(nowNanos)));
    }

    private static long wall(long nowNanos) {
        return 1_700_000_000_000L + nowNanos / 1_000_000;
    }

    private static Datagram datagram(byte[] bytes, TransportAddress at, TransportAddress from) {
        ByteBuffer buffer = ByteBuffer.allocate(Datagram.HEADROOM + bytes.length);
        buffer.put(Datagram.HEADROOM, bytes);
        Datagram datagram = new Datagram().wrap(buffer, Datagram.HEADROOM, bytes.length);
        datagram.key().set(AddressKey.of(at, from));
        return datagram;
    }

    private void carryOut(Route route) {
        if (route.kind() == Route.Kind.TO_CLIENT || route.kind() == Route.Kind.TO_PEER) {
            byte[] bytes = new byte[route.length()];
            route.buffer().get(route.offset(), bytes);
            if (route.kind() == Route.Kind.TO_CLIENT && route.to().isStream()) {
                network.sendReliably(route.to().local(), route.to().remote(), bytes);
            } else {
                network.send(route.to().local(), route.to().remote(), bytes);
            }
        }
        drain();
    }

    private void drain() {
        for (TurnCommand command = server.pollCommand(); command != null; command = server.pollCommand()) {
            if (command instanceof TurnCommand.Release(Allocation allocation)) {
                Objects.requireNonNull(allocation.socket()).close();
            }
        }
    }

    @Override
    public void onTimeout(long nowNanos) {
        for (Allocation allocation : List.copyOf(relayed.values())) {
            if (Deadline.due(allocation.nextDeadline(), nowNanos)) {
                server.onTimeout(allocation, nowNanos);
                drain();
            }
        }
    }

    @Override
    public long nextDeadline() {
        return relayed.values().stream().mapToLong(Allocation::nextDeadline).min().orElse(Deadline.NONE);
    }

    /** Ends what a user has. */
    public void revoke(String username) {
        server.revoke(username);
        drain();
    }

    /** Returns how many relayed addresses there are. */
    public int relayedAddresses() {
        return relayed.size();
    }

    public Counters<TurnReason> counters() {
        return counters;
    }
}
