package dev.isthmus.turn.allocation;

import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.time.Deadline;
import dev.isthmus.turn.auth.Credential;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
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
    private final List<Permission> permissions = new ArrayList<>(1);
    private final PeerRoutes routes = new PeerRoutes();
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

    private @Nullable Permission permission(boolean ipv4, long high, long low) {
        for (int i = 0; i < permissions.size(); i++) {
            Permission permission = permissions.get(i);
            if (permission.covers(ipv4, high, low)) {
                return permission;
            }
        }
        return null;
    }

    private @Nullable Permission permission(TransportAddress peer) {
        return permission(peer.ipv4(), peer.high(), peer.low());
    }

    /** Installs or refreshes the permission of a peer's host; returns false beyond the limit. */
    public boolean permit(TransportAddress peer, long nowNanos) {
        Permission permission = permission(peer);
        if (permission != null) {
            permission.extend(nowNanos + PERMISSION_NANOS);
            return true;
        }
        if (permissions.size() >= MAX_PERMISSIONS) {
            return false;
        }
        Permission fresh = new Permission(peer, nowNanos + PERMISSION_NANOS);
        permissions.add(fresh);
        // A channel may have outlived the permission that its route was made with.
        routes.forEach(route -> {
            AddressKey to = route.toPeer();
            if (fresh.covers(to.ipv4(), to.remoteHigh(), to.remoteLow())) {
                route.permission(fresh);
            }
        });
        return true;
    }

    /** Returns whether permissions for all these hosts stay within the limit; those that are there already do not count. */
    public boolean roomForPermissions(Collection<TransportAddress> peers) {
        long fresh = peers.stream().map(peer -> peer.withPort(0)).distinct().filter(host -> permission(host) == null).count();
        return permissions.size() + fresh <= MAX_PERMISSIONS;
    }

    /** Returns the route to a peer that has a permission, made when it is first asked for; null when there is no permission. */
    public @Nullable PeerRoute routeTo(TransportAddress peer) {
        AddressKey key = AddressKey.of(relayed, peer);
        PeerRoute route = routes.find(key);
        if (route != null) {
            return route;
        }
        Permission permission = permission(peer);
        if (permission == null) {
            return null;
        }
        if (credential.policy().exact() && !credential.policy().names(peer)) {
            return null;
        }
        if (routes.size() >= MAX_ROUTES) {
            routes.removeIf(r -> r.boundChannel() == 0);
        }
        PeerRoute fresh = new PeerRoute(key, permission);
        routes.add(fresh);
        return fresh;
    }

    /** Returns the route of a packet whose sender is the key's remote side, or null when that has no permission. A known route costs no object. */
    public @Nullable PeerRoute routeFrom(AddressKey arrived) {
        PeerRoute route = routes.find(arrived);
        if (route != null) {
            return route;
        }
        Permission permission = permission(arrived.ipv4(), arrived.remoteHigh(), arrived.remoteLow());
        return permission == null ? null : routeTo(arrived.remote());
    }

    /** Returns the route that a channel is bound to, or null. */
    public @Nullable PeerRoute routeOf(int channel) {
        return routes.find(channel);
    }

    /** Returns whether the number and the peer are free for each other, or bound to each other, and there is room (section 12.2). */
    public Binding binding(int number, TransportAddress peer) {
        PeerRoute bound = routes.find(number);
        PeerRoute route = routes.find(AddressKey.of(relayed, peer));
        int other = route == null ? 0 : route.boundChannel();
        if (bound != null && bound != route || other != 0 && other != number) {
            return Binding.TAKEN;
        }
        return bound == null && routes.channels() >= MAX_CHANNELS ? Binding.TOO_MANY : Binding.FREE;
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
        boolean fresh = route.boundChannel() == 0;
        route.bind(number, nowNanos + CHANNEL_NANOS);
        if (fresh) {
            routes.addChannel(route);
        }
    }

    /** Returns when something of this allocation expires next. */
    public long nextDeadline() {
        long[] nearest = {expires};
        for (Permission permission : permissions) {
            nearest[0] = Deadline.nearer(nearest[0], permission.expires());
        }
        if (routes.channels() > 0) {
            routes.forEach(route -> nearest[0] = Deadline.nearer(nearest[0], route.channelExpires()));
        }
        return nearest[0];
    }

    /** Removes permissions and channels that are due. */
    public void expireParts(long nowNanos) {
        routes.forEach(route -> {
            if (Deadline.due(route.channelExpires(), nowNanos)) {
                route.unbind();
            }
        });
        permissions.removeIf(p -> Deadline.due(p.expires(), nowNanos));
        routes.removeIf(route -> !route.open(nowNanos) && route.boundChannel() == 0);
    }
}
