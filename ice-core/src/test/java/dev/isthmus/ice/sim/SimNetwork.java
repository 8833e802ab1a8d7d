package dev.isthmus.ice.sim;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.time.Deadline;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A network of UDP hosts in virtual time: datagrams take a latency, may be lost, duplicated or overtaken, and pass NATs. Time jumps from one
 * event to the next, so that minutes of protocol run in milliseconds and every run can be replayed from its seed.
 */
public final class SimNetwork {
    /** Takes part in the network. */
    public interface Host {
        /** Takes a datagram that arrived at one of the host's addresses. */
        void onDatagram(byte[] bytes, TransportAddress at, TransportAddress from, long nowNanos);

        /** Takes a message that arrived on a connection; nothing of one is lost or overtaken. */
        default void onMessage(byte[] bytes, TransportAddress at, TransportAddress from, long nowNanos) {
            throw new IllegalStateException("no connections here");
        }

        /** Expires what is due. */
        void onTimeout(long nowNanos);

        /** Returns when {@link #onTimeout} is to be called. */
        long nextDeadline();
    }

    /**
     * What happens to datagrams under way.
     *
     * @param latencyNanos one way
     * @param loss share of datagrams that vanish, 0 to 1
     * @param duplicate share of datagrams that arrive twice
     * @param reorder share of datagrams that take three times the latency, so that later ones overtake them
     * @param mtu datagrams whose payload is longer vanish
     */
    public record Conditions(long latencyNanos, double loss, double duplicate, double reorder, int mtu) {
        public static final Conditions GOOD = new Conditions(TimeUnit.MILLISECONDS.toNanos(10), 0, 0, 0, 1472);
        public static final Conditions BAD = new Conditions(TimeUnit.MILLISECONDS.toNanos(100), 0.05, 0.02, 0.1, 1472);
    }

    /** One datagram under way. */
    public record Packet(TransportAddress from, TransportAddress to, byte[] bytes) {}

    private record Arrival(long at, long order, Packet packet, boolean reliable) {}

    private final SeededRandom random;
    private Conditions conditions = Conditions.GOOD;
    private final Map<TransportAddress, Host> hosts = new HashMap<>();
    private final Map<TransportAddress, SimNat> natOfInside = new HashMap<>();
    private final Map<String, SimNat> natOfOutside = new HashMap<>();
    private final List<Host> all = new ArrayList<>();
    private final List<Packet> log = new ArrayList<>();
    private final PriorityQueue<Arrival> arrivals = new PriorityQueue<>(
            Comparator.comparingLong(Arrival::at).thenComparingLong(Arrival::order));
    private long now = 1_000_000_000L;
    private long order;

    public SimNetwork(long seed) {
        random = new SeededRandom(seed);
    }

    public void conditions(Conditions newConditions) {
        conditions = newConditions;
    }

    public SeededRandom random() {
        return random;
    }

    public long now() {
        return now;
    }

    /** Returns every datagram that was sent, as it stood on the sender's side. */
    public List<Packet> log() {
        return log;
    }

    /** Attaches a host at an address, behind a NAT or not. */
    public void attach(Host host, TransportAddress address, @Nullable SimNat nat) {
        hosts.put(address, host);
        if (!all.contains(host)) {
            all.add(host);
        }
        if (nat != null) {
            natOfInside.put(address, nat);
        }
        for (SimNat each = nat; each != null; each = each.outer()) {
            natOfOutside.put(each.outsideHost(), each);
        }
    }

    /** Takes an address off the network: what is sent there vanishes. */
    public void detach(TransportAddress address) {
        hosts.remove(address);
    }

    /** Sends a datagram from an address that was attached. */
    public void send(TransportAddress from, TransportAddress to, byte[] bytes) {
        log.add(new Packet(from, to, bytes));
        if (bytes.length > conditions.mtu() || random.fraction() < conditions.loss()) {
            return;
        }
        SimNat nat = natOfInside.get(from);
        if (natOfInside.get(to) != null && natOfInside.get(to) != nat) {
            return; // nobody outside has a route to an inside address
        }
        TransportAddress source = source(from, to);
        deliverLater(new Packet(source, to, bytes));
        if (random.fraction() < conditions.duplicate()) {
            deliverLater(new Packet(source, to, bytes));
        }
    }

    /** Sends a message on a connection. */
    public void sendReliably(TransportAddress from, TransportAddress to, byte[] bytes) {
        arrivals.add(new Arrival(now + conditions.latencyNanos(), order++, new Packet(source(from, to), to, bytes), true));
    }

    private TransportAddress source(TransportAddress from, TransportAddress to) {
        TransportAddress source = from;
        for (SimNat nat = natOfInside.get(from); nat != null; nat = nat.outer()) {
            source = nat.outbound(source, to, now);
        }
        return source;
    }

    private @Nullable TransportAddress destination(Packet packet) {
        TransportAddress to = packet.to();
        SimNat nat = natOfOutside.get(to.host());
        while (to != null && nat != null) {
            to = nat.inbound(to, packet.from(), now);
            nat = to == null ? null : natOfOutside.get(to.host());
        }
        return to;
    }

    private void deliverLater(Packet packet) {
        long latency = random.fraction() < conditions.reorder() ? conditions.latencyNanos() * 3 : conditions.latencyNanos();
        arrivals.add(new Arrival(now + latency, order++, packet, false));
    }

    private void deliver(Arrival arrival) {
        Packet packet = arrival.packet();
        TransportAddress to = destination(packet);
        Host host = to == null ? null : hosts.get(to);
        if (host != null && to != null && arrival.reliable()) {
            host.onMessage(packet.bytes(), to, packet.from(), now);
        } else if (host != null && to != null) {
            host.onDatagram(packet.bytes(), to, packet.from(), now);
        }
    }

    /** Runs until the condition holds or that much virtual time is over; returns whether it held. */
    public boolean runUntil(BooleanSupplier done, long forNanos) {
        long end = now + forNanos;
        while (!done.getAsBoolean()) {
            long next = arrivals.isEmpty() ? Deadline.NONE : arrivals.peek().at();
            for (Host host : all) {
                next = Math.min(next, host.nextDeadline());
            }
            if (next > end) {
                now = end;
                return done.getAsBoolean();
            }
            now = Math.max(now, next);
            step();
        }
        return true;
    }

    /** Lets that much virtual time go by. */
    public void run(long forNanos) {
        runUntil(() -> false, forNanos);
    }

    private void step() {
        while (!arrivals.isEmpty() && arrivals.peek().at() <= now) {
            deliver(arrivals.remove());
        }
        for (Host host : List.copyOf(all)) {
            if (host.nextDeadline() <= now) {
                host.onTimeout(now);
                if (host.nextDeadline() <= now) {
                    throw new IllegalStateException("a deadline does not move on: " + host);
                }
            }
        }
    }
}
