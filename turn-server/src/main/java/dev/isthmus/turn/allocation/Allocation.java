package dev.isthmus.turn.allocation;

import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.time.Deadline;
import dev.isthmus.turn.auth.AllocationLimits;
import dev.isthmus.turn.auth.Bandwidth;
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
    /** Routes are remembered for speed: those without a channel are forgotten when there are more. */
    private static final int ROUTES_BESIDE_CHANNELS = 128;

    private AddressKey client;
    private final TransportAddress relayed;
    private final RelayPool pool;
    private final Credential credential;
    private final int transactionHigh;
    private final long transactionLow;
    private final List<Permission> permissions = new ArrayList<>(1);
    private final PeerRoutes routes = new PeerRoutes();
    private RelaySockets.@Nullable RelaySocket socket;
    /** The allocation of the other address family that the same client made with this one. */
    private @Nullable Allocation sibling;
    private @Nullable Extras extras;
    private long expires;
    private final boolean tcp;

    /**
     * Who makes an allocation by which request.
     *
     * @param client the five-tuple: local is our listener, remote is the client
     * @param credential whose it will be
     * @param transactionHigh of the request
     * @param transactionLow of the request
     * @param expires deadline in monotonic nanoseconds
     * @param tcp whether peers are reached by TCP (RFC 6062)
     */
    public record Maker(AddressKey client, Credential credential, int transactionHigh, long transactionLow, long expires, boolean tcp) {}

    /** Creates an allocation without a socket, on a port of the pool. */
    public Allocation(Maker maker, RelayPool pool, int port) {
        this.client = maker.client();
        this.pool = pool;
        this.relayed = pool.relayed(port);
        this.credential = maker.credential();
        this.transactionHigh = maker.transactionHigh();
        this.transactionLow = maker.transactionLow();
        this.expires = maker.expires();
        this.tcp = maker.tcp();
    }

    /** Makes this and the allocation of the other address family one dual allocation (section 3.2). */
    public void join(Allocation other) {
        sibling = other;
        other.sibling = this;
    }

    /** Ends a dual allocation: each is for itself again. */
    public void part() {
        if (sibling != null) {
            sibling.sibling = null;
            sibling = null;
        }
    }

    /** Returns the other half of a dual allocation, or null. */
    public @Nullable Allocation sibling() {
        return sibling;
    }

    /** Returns this or the other half of a dual allocation, whichever relays to that address family, or null. */
    public @Nullable Allocation ofFamily(boolean ipv4) {
        return relayed.ipv4() == ipv4 ? this : sibling;
    }

    /** Returns what few allocations have; made when it is asked for. */
    public Extras extras() {
        Extras e = extras;
        if (e == null) {
            e = new Extras();
            extras = e;
        }
        return e;
    }

    /** Returns where its socket is bound. */
    public TransportAddress bound() {
        return pool.bind(relayed.port());
    }

    /** Returns whether peers are reached by TCP (RFC 6062). */
    public boolean tcp() {
        return tcp;
    }

    /** Returns what bandwidth the allocation may use, or null when nothing limits it. */
    public Bandwidth.@Nullable Share bandwidth() {
        Extras e = extras;
        return e == null ? null : e.bandwidth();
    }

    /** Returns the token of the port that was reserved along with this one, or 0. */
    public long reservationToken() {
        Extras e = extras;
        return e == null ? 0 : e.reservationToken();
    }

    /** Returns whether the client may come back from another address (RFC 8016). */
    public boolean mobile() {
        Extras e = extras;
        return e != null && e.ticket() != 0;
    }

    /** Moves the allocation to another five-tuple of the same client. */
    public void move(AddressKey to) {
        client = to;
    }

    /** Gives the relay port back to where it was taken from. */
    public void returnPort() {
        pool.ports().give(relayed.port());
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
        if (permissions.size() >= limits().permissions()) {
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
        return permissions.size() + fresh <= limits().permissions();
    }

    /** Returns the route to the peer that is the key's remote side, or null when there is none yet. Costs no object. */
    public @Nullable PeerRoute routeTo(AddressKey peer) {
        return routes.find(peer);
    }

    /** Returns whether a peer's host has a permission now. */
    public boolean permits(TransportAddress peer, long nowNanos) {
        Permission permission = permission(peer);
        return permission != null && permission.expires() > nowNanos;
    }

    /** Returns whether the key's remote side has a permission, open or due. Costs no object. */
    public boolean knows(AddressKey peer) {
        return permission(peer.ipv4(), peer.remoteHigh(), peer.remoteLow()) != null;
    }

    /** Makes the route to a peer that has none; null when the peer has no permission. */
    public @Nullable PeerRoute addRoute(TransportAddress peer) {
        Permission permission = permission(peer);
        if (permission == null) {
            return null;
        }
        if (routes.size() >= limits().channels() + ROUTES_BESIDE_CHANNELS) {
            routes.removeIf(r -> r.boundChannel() == 0);
        }
        PeerRoute fresh = new PeerRoute(AddressKey.of(relayed, peer), permission);
        routes.add(fresh);
        return fresh;
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
        return bound == null && routes.channels() >= limits().channels() ? Binding.TOO_MANY : Binding.FREE;
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

    private AllocationLimits limits() {
        return credential.policy().limits();
    }

    /** Returns when something of this allocation expires next. */
    public long nextDeadline() {
        long[] nearest = {expires};
        if (tcp) {
            extras().connections().forEach(c -> nearest[0] = Deadline.nearer(nearest[0], c.deadline()));
        }
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
