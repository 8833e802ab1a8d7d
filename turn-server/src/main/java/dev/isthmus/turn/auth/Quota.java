package dev.isthmus.turn.auth;

import java.util.concurrent.ConcurrentHashMap;

/** How many allocations each user holds, over all loops. */
public final class Quota {
    private final ConcurrentHashMap<String, Integer> held = new ConcurrentHashMap<>();

    /** Takes one; returns false when the user holds as many as it may. */
    public boolean take(String username, int limit) {
        boolean[] taken = {false};
        held.compute(username, (u, n) -> {
            int count = n == null ? 0 : n;
            taken[0] = count < limit;
            return taken[0] ? (Integer) (count + 1) : n;
        });
        return taken[0];
    }

    /** Gives one back. */
    public void give(String username) {
        held.computeIfPresent(username, (u, n) -> n <= 1 ? null : (Integer) (n - 1));
    }
}
