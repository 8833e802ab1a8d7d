package dev.isthmus.ice.sim;

import dev.isthmus.ice.net.TransportAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A NAT in the terms of RFC 4787: how it maps inside addresses to outside ports, and which outside addresses may answer. */
public final class SimNat {
    /** Section 4.1. */
    public enum Mapping {
        ENDPOINT_INDEPENDENT,
        ADDRESS_AND_PORT_DEPENDENT
    }

    /** Section 5. */
    public enum Filtering {
        ENDPOINT_INDEPENDENT,
        ADDRESS_DEPENDENT,
        ADDRESS_AND_PORT_DEPENDENT
    }

    private record Key(TransportAddress inside, @Nullable TransportAddress destination) {}

    /** An outside address: whose it is, and when it was last spoken to by whom it lets in. */
    private static final class Hole {
        final TransportAddress inside;
        final Map<String, Long> admitted = new HashMap<>();

        Hole(TransportAddress inside) {
            this.inside = inside;
        }

        long lastUsed() {
            return admitted.values().stream().mapToLong(Long::longValue).max().orElse(Long.MIN_VALUE);
        }
    }

    private final String outsideHost;
    private final Mapping mapping;
    private final Filtering filtering;
    private final Map<Key, TransportAddress> outside = new HashMap<>();
    private final Map<TransportAddress, Hole> holes = new HashMap<>();
    private @Nullable SimNat outer;
    private long memory = Long.MAX_VALUE;
    private int nextPort = 40_000;

    public SimNat(String outsideHost, Mapping mapping, Filtering filtering) {
        this.outsideHost = outsideHost;
        this.mapping = mapping;
        this.filtering = filtering;
    }

    /** Puts it behind another one, as a customer's is behind the carrier's. */
    public SimNat behind(SimNat carrier) {
        outer = carrier;
        return this;
    }

    /** Lets it remember for so long only what is not used (section 4.3): what comes from inside then gets another port. */
    public SimNat remembering(long nanos) {
        memory = nanos;
        return this;
    }

    /** Forgets everything, as a restarted router does: what comes from inside gets new ports. */
    public void forget() {
        outside.clear();
        holes.clear();
    }

    String outsideHost() {
        return outsideHost;
    }

    @Nullable
    SimNat outer() {
        return outer;
    }

    private String filterKey(TransportAddress remote) {
        return switch (filtering) {
            case ENDPOINT_INDEPENDENT -> "";
            case ADDRESS_DEPENDENT -> remote.host();
            case ADDRESS_AND_PORT_DEPENDENT -> remote.toString();
        };
    }

    private boolean forgotten(long since, long nowNanos) {
        return nowNanos - since > memory;
    }

    /** Returns the address that a packet to somebody outside has there. */
    public TransportAddress outbound(TransportAddress from, TransportAddress to, long nowNanos) {
        Key key = new Key(from, mapping == Mapping.ENDPOINT_INDEPENDENT ? null : to);
        TransportAddress source = outside.get(key);
        Hole hole = source == null ? null : holes.get(source);
        if (source == null || hole == null || forgotten(hole.lastUsed(), nowNanos)) {
            holes.remove(source);
            source = Objects.requireNonNull(TransportAddress.parse(outsideHost, nextPort++));
            hole = new Hole(from);
            outside.put(key, source);
            holes.put(source, hole);
        }
        hole.admitted.put(filterKey(to), nowNanos);
        return source;
    }

    @Nullable
    TransportAddress inbound(TransportAddress at, TransportAddress from, long nowNanos) {
        Hole hole = holes.get(at);
        Long since = hole == null ? null : hole.admitted.get(filterKey(from));
        if (hole == null || since == null || forgotten(since, nowNanos)) {
            return null;
        }
        hole.admitted.put(filterKey(from), nowNanos);
        return hole.inside;
    }
}
