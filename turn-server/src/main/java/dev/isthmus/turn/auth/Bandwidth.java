package dev.isthmus.turn.auth;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** Who shares which bandwidth, over all loops: each user its own, each source address its own, and all together. */
public final class Bandwidth {
    /**
     * How many bytes of application data may pass per second in each direction; 0 is no limit.
     *
     * @param user of one user
     * @param address of the clients of one source address
     * @param all in all
     */
    public record Limits(long user, long address, long all) {
        /** No limits. */
        public static final Limits NONE = new Limits(0, 0, 0);
    }

    /** The limits that hold for one allocation. */
    public static final class Share {
        private final RateLimit[] toPeers;
        private final RateLimit[] toClients;

        private Share(List<Pair> pairs) {
            toPeers = pairs.stream().map(p -> p.toPeers).toArray(RateLimit[]::new);
            toClients = pairs.stream().map(p -> p.toClients).toArray(RateLimit[]::new);
        }

        /**
         * Takes bytes towards a peer. A client that can be read more slowly takes them on credit, unless too much is owed already; a datagram
         * passes if they are there. What one limit has given and another refuses is not given back.
         *
         * @return for how many nanoseconds nothing more is to be read of the client, or -1 when the bytes are to be dropped
         */
        public long toPeer(boolean onCredit, int bytes, long nowNanos) {
            if (!onCredit) {
                return take(toPeers, bytes, nowNanos) ? 0 : -1;
            }
            for (RateLimit limit : toPeers) {
                if (limit.overdrawn(nowNanos)) {
                    return -1;
                }
            }
            return owe(true, bytes, nowNanos);
        }

        /** Takes bytes towards a client if they are there. */
        public boolean toClient(int bytes, long nowNanos) {
            return take(toClients, bytes, nowNanos);
        }

        private static boolean take(RateLimit[] limits, int bytes, long nowNanos) {
            for (RateLimit limit : limits) {
                if (!limit.take(bytes, nowNanos)) {
                    return false;
                }
            }
            return true;
        }

        /** Takes bytes of a TCP connection on credit; returns how many nanoseconds nothing more is to be read. */
        public long owe(boolean towardsPeer, int bytes, long nowNanos) {
            long longest = 0;
            for (RateLimit limit : towardsPeer ? toPeers : toClients) {
                longest = Math.max(longest, limit.owe(bytes, nowNanos));
            }
            return longest;
        }
    }

    private static final class Pair {
        final RateLimit toPeers;
        final RateLimit toClients;
        int holders;

        Pair(long bytesPerSecond) {
            toPeers = new RateLimit(bytesPerSecond);
            toClients = new RateLimit(bytesPerSecond);
        }
    }

    private static final int FORGOTTEN_AT_ONCE = 8;
    private final Limits limits;
    private final @Nullable Pair all;
    private final ConcurrentHashMap<String, Pair> byHolder = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<String> unheld = new ConcurrentLinkedQueue<>();

    /** Creates shares of these limits. */
    public Bandwidth(Limits limits) {
        this.limits = limits;
        this.all = limits.all() == 0 ? null : new Pair(limits.all());
    }

    /** Returns what a new allocation may use, or null when nothing limits it. */
    public @Nullable Share join(String username, String source, long nowNanos) {
        forget(nowNanos);
        List<Pair> pairs = new ArrayList<>();
        join(pairs, user(username), limits.user());
        join(pairs, address(source), limits.address());
        if (all != null) {
            pairs.add(all);
        }
        return pairs.isEmpty() ? null : new Share(pairs);
    }

    private void join(List<Pair> pairs, String holder, long rate) {
        if (rate > 0) {
            pairs.add(byHolder.compute(holder, (h, p) -> {
                Pair pair = p == null ? new Pair(rate) : p;
                pair.holders++;
                return pair;
            }));
        }
    }

    /** Says that an allocation that had joined has ended. */
    public void leave(String username, String source) {
        leave(user(username));
        leave(address(source));
    }

    private void leave(String holder) {
        byHolder.computeIfPresent(holder, (h, p) -> {
            if (--p.holders == 0) {
                unheld.add(h); // forgotten once it is paid for: whoever leaves and comes back has no fresh burst
            }
            return p;
        });
    }

    private void forget(long nowNanos) {
        String holder = unheld.poll();
        for (int i = 0; holder != null && i < FORGOTTEN_AT_ONCE; i++) {
            byHolder.computeIfPresent(holder, (h, p) -> {
                if (p.holders == 0 && !(p.toPeers.full(nowNanos) && p.toClients.full(nowNanos))) {
                    unheld.add(h);
                    return p;
                }
                return p.holders == 0 ? null : p;
            });
            holder = i + 1 < FORGOTTEN_AT_ONCE ? unheld.poll() : null;
        }
    }

    private static String user(String name) {
        return "user " + name;
    }

    private static String address(String source) {
        return "address " + source;
    }
}
