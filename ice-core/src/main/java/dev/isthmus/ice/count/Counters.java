package dev.isthmus.ice.count;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;

/**
 * A fixed set of counters, one per {@link Reason}. Only the owning loop writes; any thread may read and sees each count as it was at some
 * recent moment. Counting neither locks nor allocates.
 */
public final class Counters<R extends Enum<R> & Reason> {
    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(long[].class);
    private final long[] counts;
    private final List<R> reasons;

    /** Creates counters, all zero, for every constant of the given enum. */
    public Counters(Class<R> type) {
        this.reasons = List.of(type.getEnumConstants());
        this.counts = new long[reasons.size()];
    }

    /** Adds one. */
    public void count(R reason) {
        add(reason, 1);
    }

    /** Adds an amount, which may not be negative. */
    public void add(R reason, long amount) {
        int index = reason.ordinal();
        SLOT.setOpaque(counts, index, counts[index] + amount);
    }

    /** Returns the count of one reason. */
    public long get(R reason) {
        return (long) SLOT.getOpaque(counts, reason.ordinal());
    }

    /** Returns every reason, in the order of the enum. */
    public List<R> reasons() {
        return reasons;
    }
}
