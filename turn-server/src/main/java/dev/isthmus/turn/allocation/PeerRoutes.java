package dev.isthmus.turn.allocation;

import dev.isthmus.ice.net.AddressKey;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The routes of an allocation, found by peer address and by channel number: two open-addressed arrays of the routes themselves, since an
 * allocation has one or two and is to cost little, and since a look-up happens for every packet.
 */
final class PeerRoutes {
    private @Nullable PeerRoute[] byPeer = new @Nullable PeerRoute[2];
    private @Nullable PeerRoute[] byChannel = new @Nullable PeerRoute[2];
    private int count;
    private int channels;

    private static int slot(AddressKey remote, int mask) {
        long h = (remote.remoteLow() ^ remote.remoteHigh() * 31 ^ (long) remote.remotePort() << 32) * 0x9E3779B97F4A7C15L;
        return (int) (h >>> 40) & mask;
    }

    private static int slot(int channel, int mask) {
        return channel * 0x9E3779B1 >>> 16 & mask;
    }

    /** Returns the route whose peer is the key's remote side, or null. */
    @Nullable
    PeerRoute find(AddressKey remote) {
        int mask = byPeer.length - 1;
        for (int i = slot(remote, mask);; i = i + 1 & mask) {
            PeerRoute route = byPeer[i];
            if (route == null || route.reaches(remote)) {
                return route;
            }
        }
    }

    /** Returns the route that a channel is bound to, or null. */
    @Nullable
    PeerRoute find(int channel) {
        int mask = byChannel.length - 1;
        for (int i = slot(channel, mask);; i = i + 1 & mask) {
            PeerRoute route = byChannel[i];
            if (route == null || route.boundChannel() == channel) {
                return route;
            }
        }
    }

    int size() {
        return count;
    }

    int channels() {
        return channels;
    }

    /** Adds a route to a peer that has none. */
    void add(PeerRoute route) {
        if ((count + 1) * 4 > byPeer.length * 3) {
            rebuild(byPeer.length * 2, byChannel.length);
        }
        place(route);
        count++;
    }

    /** Files a route under the channel that it has just been bound to, and was not before. */
    void addChannel(PeerRoute route) {
        if ((channels + 1) * 4 > byChannel.length * 3) {
            rebuild(byPeer.length, byChannel.length * 2);
            return; // which has filed it with the others
        }
        placeChannel(route);
        channels++;
    }

    private void place(PeerRoute route) {
        int mask = byPeer.length - 1;
        int i = slot(route.toPeer(), mask);
        while (byPeer[i] != null) {
            i = i + 1 & mask;
        }
        byPeer[i] = route;
    }

    private void placeChannel(PeerRoute route) {
        int mask = byChannel.length - 1;
        int i = slot(route.boundChannel(), mask);
        while (byChannel[i] != null) {
            i = i + 1 & mask;
        }
        byChannel[i] = route;
    }

    private void rebuild(int peerSize, int channelSize) {
        @Nullable
        PeerRoute[] old = byPeer;
        byPeer = new @Nullable PeerRoute[peerSize];
        byChannel = new @Nullable PeerRoute[channelSize];
        channels = 0;
        for (PeerRoute route : old) {
            if (route != null) {
                place(route);
                if (route.boundChannel() != 0) {
                    placeChannel(route);
                    channels++;
                }
            }
        }
    }

    void forEach(Consumer<PeerRoute> action) {
        for (PeerRoute route : byPeer) {
            if (route != null) {
                action.accept(route);
            }
        }
    }

    /** Removes the routes that the test holds for, and forgets channels that are not bound any more. */
    void removeIf(Predicate<PeerRoute> test) {
        for (int i = 0; i < byPeer.length; i++) {
            PeerRoute route = byPeer[i];
            if (route != null && test.test(route)) {
                byPeer[i] = null;
                count--;
            }
        }
        rebuild(byPeer.length, byChannel.length);
    }
}
