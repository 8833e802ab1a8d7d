package dev.isthmus.turn.auth;

/** How many allocations there are, over all loops: in all, of each source address and of each user. */
public final class AllocationQuota {
    /** How many allocations there may be at one time: of one source address, and in all. What one user may hold, its policy says. */
    public record Limits(int address, int all) {
        /** So many that the policies of users are what limits. */
        public static final Limits DEFAULT = new Limits(1_000_000, 1_000_000);
    }

    /** Which limit stands in the way of one more. */
    public enum Verdict {
        GRANTED,
        USER_HAS_MOST,
        ADDRESS_HAS_MOST,
        FULL
    }

    private static final String ALL = "";
    private final Limits limits;
    private final Quota users = new Quota();
    private final Quota others = new Quota();

    /** Creates quotas within these limits. */
    public AllocationQuota(Limits limits) {
        this.limits = limits;
    }

    /** Takes so many at once, one that is made and one that is kept in reserve, or none. */
    public Verdict take(String username, int userMost, String source, int count) {
        Verdict verdict = Verdict.GRANTED;
        int taken = 0;
        while (taken < count && verdict == Verdict.GRANTED) {
            verdict = takeOne(username, userMost, source);
            taken += verdict == Verdict.GRANTED ? 1 : 0;
        }
        if (verdict != Verdict.GRANTED) {
            give(username, source, taken);
        }
        return verdict;
    }

    private Verdict takeOne(String username, int userMost, String source) {
        if (!users.take(username, userMost)) {
            return Verdict.USER_HAS_MOST;
        }
        if (!others.take(source, limits.address())) {
            users.give(username);
            return Verdict.ADDRESS_HAS_MOST;
        }
        if (!others.take(ALL, limits.all())) {
            users.give(username);
            others.give(source);
            return Verdict.FULL;
        }
        return Verdict.GRANTED;
    }

    /** Gives so many back. */
    public void give(String username, String source, int count) {
        for (int i = 0; i < count; i++) {
            users.give(username);
            others.give(source);
            others.give(ALL);
        }
    }

    /** Lets one count for another source, whose limit it may exceed. */
    public void move(String from, String to) {
        others.give(from);
        others.take(to, Integer.MAX_VALUE);
    }
}
