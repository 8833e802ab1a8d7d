package dev.isthmus.ice.sim;

import dev.isthmus.ice.net.TransportAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
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

    private final String outsideHost;
    private final Mapping mapping;
    private final Filtering filtering;
    private final Map<Key, TransportAddress> outside = new HashMap<>();
    private final Map<TransportAddress, TransportAddress> inside = new HashMap<>();
    private final Map<TransportAddress, Set<String>> admitted = new HashMap<>();
    private int nextPort = 40_000;

    public SimNat(String outsideHost, Mapping mapping, Filtering filtering) {
        this.outsideHost = outsideHost;
        this.mapping = mapping;
        this.filtering = filtering;
    }

    /** Forgets everything, as a restarted router does: what comes from inside gets new ports. */
    public void forget() {
        outside.clear();
        inside.clear();
        admitted.clear();
    }

    String outsideHost() {
        return outsideHost;
    }

    private String filterKey(TransportAddress remote) {
        return switch (filtering) {
            case ENDPOINT_INDEPENDENT -> "";
            case ADDRESS_DEPENDENT -> remote.host();
            case ADDRESS_AND_PORT_DEPENDENT -> remote.toString();
        };
    }

    TransportAddress outbound(TransportAddress from, TransportAddress to) {
        TransportAddress source = outside.computeIfAbsent(new Key(from, mapping == Mapping.ENDPOINT_INDEPENDENT ? null : to), k -> {
            TransportAddress fresh = Objects.requireNonNull(TransportAddress.parse(outsideHost, nextPort++));
            inside.put(fresh, from);
            return fresh;
        });
        admitted.computeIfAbsent(source, s -> new HashSet<>()).add(filterKey(to));
        return source;
    }

    @Nullable
    TransportAddress inbound(TransportAddress at, TransportAddress from) {
        Set<String> allowed = admitted.get(at);
        return allowed != null && allowed.contains(filterKey(from)) ? inside.get(at) : null;
    }
}
