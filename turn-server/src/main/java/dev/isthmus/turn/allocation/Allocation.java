package dev.isthmus.turn.allocation;

import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.time.Deadline;
import dev.isthmus.turn.auth.Credential;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One allocation (RFC 8656, section 3.2): a relayed transport address of a client, its permissions and its channels. Lives on one loop. */
public final class Allocation {
    /** Section 9.2. */
    public static final long PERMISSION_NANOS = TimeUnit.SECONDS.toNanos(300);
    /** Section 12.2. */
    public static final long CHANNEL_NANOS = TimeUnit.SECONDS.toNanos(600);
    /** More would be a client that uses us for something else than media. */
    static final int MAX_PERMISSIONS = 64;
    static final int MAX_ROUTES = 256;
    static final int MAX_CHANNELS = 128;

    private final AddressKey client;
    private final TransportAddress relayed;
    private final Credential credential;
    private final int transactionHigh;
    private final long transactionLow;
    private final Map<AddressKey, Permission> permissions = new HashMap<>(4);
    private final Map<AddressKey, PeerRoute> routes = new HashMap<>(4);
    private final ChannelTable channels = new ChannelTable();
    private final AddressKey probe = new AddressKey();
    private RelaySockets.@Nullable RelaySocket socket;
    private long expires;

    /** Creates an allocation without a socket. */
    public Allocation(AddressKey client, TransportAddress relayed, Credential credential, int transactionHigh, long transactionLow,
            long expires) {
        this.client = client;
        this.relayed = relayed;
        this.credential = credential;
        this.transactionHigh = transactionHigh;
        this.transactionLow = transactionLow;
        this.expires = expires;
    }

    /** Returns the five-tuple: local is our listener, remote is the client. */
    public AddressKey client() {
        return client;
    }

    /** Returns the relayed transport address as clients are told. */
    public TransportAddress relayed() {
        return relayed;
    }

    /** Returns whose allocation this is. */
    public Credential credential() {
        return credential;
    }

    /** Returns whether this transaction made the allocation, so that its request is a retransmission. */
    public boolean madeBy(int high, long low) {
        return transactionHigh == high && transactionLow == low;
    }

    /** Returns the deadline in monotonic nanoseconds. */
    public long expires() {
        return expires;
    }

    /** Sets the deadline. */
    public void expires(long deadline) {
        expires = deadline;
    }

    /** Sets the socket once it is open. */
    public void socket(RelaySockets.RelaySocket newSocket) {
        socket = newSocket;
    }

    /** Returns the shell's socket. */
    public RelaySockets.@Nullable RelaySocket socket() {
        return socket;
    }

    private AddressKey hostKey(TransportAddress peer) {
        return AddressKey.of(relayed, peer.withPort(0));
    }

    /** Installs or refreshes the permission of a peer's host; returns false beyond the limit. */
    public boolean permit(TransportAddress peer, long nowNanos) {
        AddressKey key = hostKey(peer);
        Permission permission = permissions.get(key);
        if (permission == null) {
            if (permissions.size() >= MAX_PERMISSIONS) {
                return false;
            }
            Permission fresh = new Permission(nowNanos + PERMISSION_NANOS);
            permissions.put(key, fresh);
            // A channel may have outlived the permission that its route was made with.
            routes.values().stream().filter(r -> r.toPeer().remote().sameHost(peer)).forEach(r -> r.permission(fresh));
        } else {
            permission.extend(nowNanos + PERMISSION_NANOS);
        }
        return true;
    }

    /** Returns whether permissions for all these hosts stay within the limit; those that are there already do not count. */
    public boolean roomForPermissions(Collection<TransportAddress> peers) {
        long fresh = peers.stream().map(this::hostKey).distinct().filter(key -> !permissions.containsKey(key)).count();
        return permissions.size() + fresh <= MAX_PERMISSIONS;
    }

    /** Returns the route to a peer that has a permission, made when it is first asked for; null when there is no permission. */
    public @Nullable PeerRoute routeTo(TransportAddress peer) {
        AddressKey key = AddressKey.of(relayed, peer);
        PeerRoute route = routes.get(key);
        if (route != null) {
            return route;
        }
        Permission permission = permissions.get(hostKey(peer));
        if (permission == null) {
            return null;
        }
        if (credential.policy().exact() && !credential.policy().names(peer)) {
            return null;
        }
        if (routes.size() >= MAX_ROUTES) {
            routes.values().removeIf(r -> r.boundChannel() == 0);
        }
        PeerRoute fresh = new PeerRoute(key, permission);
        routes.put(key, fresh);
        return fresh;
    }

    /** Returns the route of a packet that arrived at the relayed address, or null when its sender has no permission. A known route costs no object. */
    public @Nullable PeerRoute routeFrom(AddressKey arrived) {
        PeerRoute route = routes.get(arrived);
        if (route != null) {
            return route;
        }
        probe.set(arrived);
        probe.setRemote(arrived.ipv4(), arrived.remoteHigh(), arrived.remoteLow(), 0, arrived.scope());
        return permissions.containsKey(probe) ? routeTo(arrived.remote()) : null;
    }

    /** Returns the route that a channel is bound to, or null. */
    public @Nullable PeerRoute routeOf(int channel) {
        return channels.get(channel);
    }

    /** Returns whether the number and the peer are free for each other, or bound to each other, and there is room (section 12.2). */
    public Binding binding(int number, TransportAddress peer) {
        PeerRoute bound = channels.get(number);
        PeerRoute route = routes.get(AddressKey.of(relayed, peer));
        int other = route == null ? 0 : route.boundChannel();
        if (bound != null && bound != route || other != 0 && other != number) {
            return Binding.TAKEN;
        }
        return bound == null && channels.size() >= MAX_CHANNELS ? Binding.TOO_MANY : Binding.FREE;
    }

    /** What {@link #binding} found. */
    public enum Binding {
        FREE,
        TAKEN,
        TOO_MANY
    }

    /**
     * Binds a channel to a peer whose permission is there, or refreshes the binding; {@link #binding} said that it is free.
     */
    public void bind(int number, PeerRoute route, long nowNanos) {
        route.bind(number, nowNanos + CHANNEL_NANOS);
        channels.put(number, route);
    }

    /** Returns when something of this allocation expires next. */
    public long nextDeadline() {
        long nearest = expires;
        for (Permission permission : permissions.values()) {
            nearest = Deadline.nearer(nearest, permission.expires());
        }
        if (channels.size() > 0) {
            for (PeerRoute route : routes.values()) {
                nearest = Deadline.nearer(nearest, route.channelExpires());
            }
        }
        return nearest;
    }

    /** Removes permissions and channels that are due. */
    public void expireParts(long nowNanos) {
        boolean unbound = false;
        for (PeerRoute route : routes.values()) {
            if (Deadline.due(route.channelExpires(), nowNanos)) {
                route.unbind();
                unbound = true;
            }
        }
        if (unbound) {
            channels.removeUnbound();
        }
        permissions.values().removeIf(p -> Deadline.due(p.expires(), nowNanos));
        Iterator<PeerRoute> each = routes.values().iterator();
        while (each.hasNext()) {
            PeerRoute route = each.next();
            if (!route.open(nowNanos) && route.boundChannel() == 0) {
                each.remove();
            }
        }
    }
}
