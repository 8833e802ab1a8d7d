package dev.isthmus.gateway.sctp;

import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;

/** The ordered messages of one stream: each waits for those before. */
final class InStream {
    private long next;
    private final Map<Long, SctpEvent.Message> early = new TreeMap<>();

    private long extend(int number, boolean wide) {
        return wide ? Tsn.extend(next, number) : Tsn.extend16(next, number);
    }

    /** Returns whether a message was delivered or given up. */
    boolean isOver(int number, boolean wide) {
        return extend(number, wide) < next;
    }

    /** Returns the bytes that wait, with what keeping them costs. */
    long waiting() {
        return early.values().stream().mapToLong(m -> m.data().length + Reassembly.OVERHEAD).sum();
    }

    /** Takes a whole message; returns false when it is there already or was given up. */
    boolean take(int number, boolean wide, SctpEvent.Message message, Deque<SctpEvent> out) {
        long extended = extend(number, wide);
        if (extended == next) {
            next++;
            out.add(message);
            deliver(out);
            return true;
        }
        return extended > next && early.putIfAbsent(extended, message) == null;
    }

    private void deliver(Deque<SctpEvent> out) {
        for (SctpEvent.Message ready = early.remove(next); ready != null; ready = early.remove(next)) {
            out.add(ready);
            next++;
        }
    }

    /** What has not come up to a number never will. */
    void skip(int number, boolean wide, Deque<SctpEvent> out) {
        long last = extend(number, wide);
        early.entrySet().removeIf(each -> each.getKey() <= last && out.add(each.getValue()));
        next = Math.max(next, last + 1);
        deliver(out);
    }
}
