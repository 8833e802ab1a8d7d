package dev.isthmus.ice.net;

import dev.isthmus.ice.time.Deadline;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A hierarchical timer wheel with slots of one millisecond: six levels of 64 slots, each level 64 times as coarse as the one below. Filing is
 * constant time, a slot is never fired early, and a deadline beyond the highest level waits there and is filed anew.
 *
 * <p>Files anew only what came nearer: an entry whose deadline moved away is found when its old slot fires, and its handler says then when it
 * wants to be called next.
 */
public final class Wheel {
    private static final int LEVELS = 6;
    private static final int BITS = 6;
    private static final int SLOTS = 1 << BITS;
    private static final long TICK = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long RETRY = TimeUnit.SECONDS.toNanos(1);
    private static final long RANGE = 1L << LEVELS * BITS;

    /** What is to be done at a deadline. */
    @FunctionalInterface
    public interface TimerHandler {
        /** Expires what is due and returns the next deadline, or {@link Deadline#NONE}. */
        long onTimer(long nowNanos);
    }

    /** One timer: filed in at most one slot. */
    public static final class Entry {
        private final TimerHandler handler;
        private long tick = Deadline.NONE;
        private int level;
        private int slot;
        private @Nullable Entry previous;
        private @Nullable Entry next;

        /** Creates a timer that is not filed. */
        public Entry(TimerHandler handler) {
            this.handler = handler;
        }
    }

    private final @Nullable Entry[] heads = new @Nullable Entry[LEVELS * SLOTS];
    private final long[] occupied = new long[LEVELS];
    private final long originNanos;
    private long elapsed;
    private boolean firing;

    /** Creates a wheel whose time starts now. */
    public Wheel(long nowNanos) {
        this.originNanos = nowNanos;
    }

    /** Files the entry unless it is filed for that time or an earlier one already. */
    public void file(Entry entry, long deadlineNanos) {
        if (deadlineNanos == Deadline.NONE) {
            return;
        }
        // While firing, "now" means the next tick, so that handlers that want to be called at once cannot hold the loop.
        long tick = Math.max(firing ? elapsed + 1 : elapsed, Math.ceilDiv(deadlineNanos - originNanos, TICK));
        if (entry.tick <= tick) {
            return;
        }
        cancel(entry);
        entry.tick = tick;
        link(entry);
    }

    /** Takes the entry out; nothing happens when it is not filed. */
    public void cancel(Entry entry) {
        if (entry.tick == Deadline.NONE) {
            return;
        }
        entry.tick = Deadline.NONE;
        int index = entry.level * SLOTS + entry.slot;
        Entry before = entry.previous;
        Entry after = entry.next;
        if (before == null) {
            heads[index] = after;
        } else {
            before.next = after;
        }
        if (after != null) {
            after.previous = before;
        }
        entry.previous = null;
        entry.next = null;
        if (heads[index] == null) {
            occupied[entry.level] &= ~(1L << entry.slot);
        }
    }

    private void link(Entry entry) {
        long tick = Math.min(entry.tick, elapsed + RANGE - 1);
        long differing = (elapsed ^ tick) | SLOTS - 1;
        entry.level = Math.min(LEVELS - 1, (63 - Long.numberOfLeadingZeros(differing)) / BITS);
        entry.slot = (int) (tick >>> entry.level * BITS) & SLOTS - 1;
        int index = entry.level * SLOTS + entry.slot;
        Entry head = heads[index];
        entry.next = head;
        if (head != null) {
            head.previous = entry;
        }
        heads[index] = entry;
        occupied[entry.level] |= 1L << entry.slot;
    }

    /** Returns when {@link #advance} has something to do next, or {@link Deadline#NONE}; never later than the nearest deadline's slot. */
    public long nextDeadline() {
        long tick = nextTick();
        return tick == Deadline.NONE ? Deadline.NONE : originNanos + tick * TICK;
    }

    private long nextTick() {
        long nearest = Deadline.NONE;
        for (int level = 0; level < LEVELS; level++) {
            if (occupied[level] != 0) {
                nearest = Math.min(nearest, nextTick(level));
            }
        }
        return nearest;
    }

    private long nextTick(int level) {
        int shift = level * BITS;
        int now = (int) (elapsed >>> shift) & SLOTS - 1;
        int ahead = Long.numberOfTrailingZeros(Long.rotateRight(occupied[level], now));
        long slotStart = ((elapsed >>> shift) + ahead) << shift;
        // The slot we stand in holds something from a whole turn ahead, except on the lowest level, where it is due now.
        return ahead == 0 && level > 0 && slotStart < elapsed ? slotStart + (1L << shift + BITS) : Math.max(slotStart, elapsed);
    }

    /** Fires every entry whose slot has begun by now. */
    public void advance(long nowNanos) {
        long target = Math.floorDiv(nowNanos - originNanos, TICK);
        for (long tick = nextTick(); tick <= target; tick = nextTick()) {
            elapsed = tick;
            firing = true;
            try {
                fireSlots(nowNanos);
            } finally {
                firing = false;
            }
        }
        elapsed = Math.max(elapsed, target);
    }

    private void fireSlots(long nowNanos) {
        for (int level = LEVELS - 1; level >= 0; level--) {
            int slot = (int) (elapsed >>> level * BITS) & SLOTS - 1;
            if ((occupied[level] & 1L << slot) != 0 && (elapsed & (1L << level * BITS) - 1) == 0) {
                drainSlot(level, slot, nowNanos);
            }
        }
    }

    private void drainSlot(int level, int slot, long nowNanos) {
        int index = level * SLOTS + slot;
        for (Entry entry = heads[index]; entry != null; entry = heads[index]) {
            long tick = entry.tick;
            cancel(entry);
            if (tick > elapsed) {
                entry.tick = tick;
                link(entry);
                continue;
            }
            // Filed first for later, so that a handler that throws, which is a bug, does not lose its timer.
            file(entry, nowNanos + RETRY);
            long wanted = entry.handler.onTimer(nowNanos);
            cancel(entry);
            file(entry, wanted);
        }
    }
}
