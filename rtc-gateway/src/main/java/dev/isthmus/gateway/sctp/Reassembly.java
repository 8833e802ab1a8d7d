package dev.isthmus.gateway.sctp;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes messages of fragments and puts them into their order (RFC 9260, sections 6.5, 6.6 and 6.9; RFC 8260, section 2). */
final class Reassembly {
    /** What a fragment costs beside its bytes. */
    static final int OVERHEAD = 64;

    /** A fragment as it came; of DATA the number is of 16 bits, of I-DATA of 32. */
    record Fragment(long tsn, int stream, int flags, int number, int protocol, int place, byte[] bytes) {
        boolean begins() {
            return (flags & Chunk.BEGIN) != 0;
        }

        boolean ends() {
            return (flags & Chunk.END) != 0;
        }

        boolean unordered() {
            return (flags & Chunk.UNORDERED) != 0;
        }
    }

    /** Fragments of one message that follow one another without a gap. */
    private static final class Run {
        final Deque<Fragment> parts = new ArrayDeque<>();
        int bytes;

        Fragment first() {
            return parts.getFirst();
        }

        Fragment last() {
            return parts.getLast();
        }
    }

    /** Fragments of a message that is interleaved with others, by their places. */
    private static final class Mixed {
        final Map<Integer, Fragment> parts = new HashMap<>();
        int bytes;
        int last = -1;
    }

    private final int largest;
    private final Map<Long, Run> byFirst = new HashMap<>();
    private final Map<Long, Run> byLast = new HashMap<>();
    private final Map<Long, Mixed> mixed = new HashMap<>();
    private final Map<Integer, InStream> streams = new HashMap<>();
    private final Deque<SctpEvent> out;
    private long held;

    /**
     * Creates one without anything.
     *
     * @param largest the longest message that is taken, in bytes
     * @param out where messages go
     */
    Reassembly(int largest, Deque<SctpEvent> out) {
        this.largest = largest;
        this.out = out;
    }

    /** Returns the bytes that have come and that nobody has taken, with what keeping them costs. */
    long held() {
        return held;
    }

    private InStream stream(int id) {
        return streams.computeIfAbsent(id, k -> new InStream());
    }

    /** Returns whether there are fragments of a message that is not whole. */
    boolean isIncomplete() {
        return !byFirst.isEmpty() || !mixed.isEmpty();
    }

    /** Takes a fragment of a DATA chunk; returns false when it contradicts what is there. */
    boolean take(Fragment f) {
        Run before = f.begins() ? null : byLast.get(f.tsn() - 1);
        Run after = f.ends() ? null : byFirst.get(f.tsn() + 1);
        if (before != null && !follows(before.last(), f) || after != null && !follows(f, after.first()) || contradicts(f)) {
            return false;
        }
        held += f.bytes().length + OVERHEAD;
        Run run = before == null ? new Run() : before;
        if (before != null) {
            byLast.remove(f.tsn() - 1);
        }
        run.parts.addLast(f);
        run.bytes += f.bytes().length;
        if (after != null) {
            byFirst.remove(f.tsn() + 1);
            run.parts.addAll(after.parts);
            run.bytes += after.bytes;
        }
        byFirst.put(run.first().tsn(), run);
        byLast.put(run.last().tsn(), run);
        if (run.bytes > largest) {
            return false;
        }
        if (run.first().begins() && run.last().ends()) {
            forget(run);
            complete(run.first(), List.copyOf(run.parts), run.bytes);
        }
        return true;
    }

    /** One message ends before the next begins. */
    private boolean contradicts(Fragment f) {
        Run before = byLast.get(f.tsn() - 1);
        Run after = byFirst.get(f.tsn() + 1);
        return f.begins() && before != null && !before.last().ends() || f.ends() && after != null && !after.first().begins();
    }

    private static boolean follows(Fragment a, Fragment b) {
        return !a.ends() && !b.begins() && a.stream() == b.stream() && a.unordered() == b.unordered()
                && (a.unordered() || a.number() == b.number());
    }

    private void forget(Run run) {
        byFirst.remove(run.first().tsn());
        byLast.remove(run.last().tsn());
    }

    private static long key(int stream, boolean unordered, int number) {
        return (long) stream << 33 | (unordered ? 1L << 32 : 0) | number & 0xffffffffL;
    }

    /** Takes a fragment of an I-DATA chunk; returns false when it contradicts what is there. */
    boolean takeMixed(Fragment f) {
        if (!f.unordered() && stream(f.stream()).isOver(f.number(), true)) {
            return true; // it was given up
        }
        Mixed message = mixed.computeIfAbsent(key(f.stream(), f.unordered(), f.number()), k -> new Mixed());
        boolean second = message.parts.putIfAbsent(f.place(), f) != null;
        boolean beyond = message.last >= 0 && (f.ends() || f.place() > message.last);
        if (second || beyond || f.place() < 0) {
            return false;
        }
        held += f.bytes().length + OVERHEAD;
        message.bytes += f.bytes().length;
        message.last = f.ends() ? f.place() : message.last;
        if (message.bytes > largest) {
            return false;
        }
        if (message.last >= 0 && message.parts.size() == message.last + 1) {
            mixed.remove(key(f.stream(), f.unordered(), f.number()));
            List<Fragment> parts = new ArrayList<>();
            for (int i = 0; i <= message.last; i++) {
                Fragment part = message.parts.get(i);
                if (part == null) {
                    return false;
                }
                parts.add(part);
            }
            complete(parts.get(0), parts, message.bytes);
        }
        return true;
    }

    private void complete(Fragment first, List<Fragment> parts, int bytes) {
        byte[] all = parts.size() == 1 ? first.bytes() : new byte[bytes];
        int at = 0;
        for (Fragment part : parts) {
            if (parts.size() > 1) {
                System.arraycopy(part.bytes(), 0, all, at, part.bytes().length);
                at += part.bytes().length;
            }
        }
        held -= (parts.size() - 1L) * OVERHEAD;
        SctpEvent.Message message = new SctpEvent.Message(first.stream(), first.protocol(), all);
        if (first.unordered()) {
            out.add(message);
        } else if (!stream(first.stream()).take(first.number(), first.place() >= 0, message, out)) {
            taken(bytes);
        }
    }

    /** Nobody needs the room of a message any more. */
    void taken(int bytes) {
        held -= bytes + OVERHEAD;
    }

    private void drop(Fragment part) {
        held -= part.bytes().length + OVERHEAD;
    }

    /** The peer gives up everything up to a number (RFC 3758, section 3.6). */
    void forward(long to) {
        for (Run run : List.copyOf(byFirst.values())) {
            if (run.first().tsn() <= to) {
                forget(run);
                run.parts.forEach(this::drop);
            }
        }
    }

    /** The peer gives up the ordered messages of a stream up to a number, of DATA. */
    void skip(int stream, int number) {
        stream(stream).skip(number, false, out);
    }

    /** The peer gives up the messages of a stream up to a number, of I-DATA (RFC 8260, section 2.3.1). */
    void skipMixed(int stream, boolean unordered, int number) {
        mixed.entrySet().removeIf(each -> {
            boolean same = each.getKey() >>> 33 == stream && (each.getKey() >>> 32 & 1) == (unordered ? 1 : 0);
            boolean over = same && (int) (long) each.getKey() - number <= 0;
            if (over) {
                each.getValue().parts.values().forEach(this::drop);
            }
            return over;
        });
        if (!unordered) {
            stream(stream).skip(number, true, out);
        }
    }

    /** The numbers of streams begin anew (RFC 6525, section 5.2.2). */
    void reset(@Nullable List<Integer> which) {
        List<Integer> all = which == null ? List.copyOf(streams.keySet()) : which;
        for (Integer each : all) {
            InStream gone = streams.remove(each);
            held -= gone == null ? 0 : gone.waiting();
        }
    }

    /** Copies the data of a chunk. */
    static byte[] copy(ByteBuffer b, int from, int length) {
        byte[] bytes = new byte[length];
        b.get(from, bytes);
        return bytes;
    }
}
