package dev.isthmus.gateway.sctp;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Messages that wait, stream by stream, and whose turn it is: each stream gets its share by its weight (RFC 8260, section 3.6), part by part where
 * messages may be mixed, else message by message. No more large messages are mixed than the peer has room for, or none might ever get whole.
 */
final class OutStreams {
    private static final int USUAL_WEIGHT = 256;
    private static final int SMALL = 1000;
    private static final double SCALE = 1 << 16;

    private static final class Stream implements Comparable<Stream> {
        final int id;
        final Deque<OutMessage> messages = new ArrayDeque<>();
        int weight = USUAL_WEIGHT;
        double turn;
        int nextOrdered;
        int nextUnordered;

        Stream(int id) {
            this.id = id;
        }

        @Override
        public int compareTo(Stream other) {
            int byTurn = Double.compare(turn, other.turn);
            return byTurn == 0 ? Integer.compare(id, other.id) : byTurn;
        }
    }

    private final Map<Integer, Stream> streams = new HashMap<>();
    private final PriorityQueue<Stream> waiting = new PriorityQueue<>();
    private @Nullable Stream present;
    /** Those whose next message is large, and has to wait until another large one is over. */
    private final Deque<Stream> aside = new ArrayDeque<>();
    private long begun;
    private long mostBegun;
    private double time;
    private long bytes;

    /** Returns the bytes that wait. */
    long bytes() {
        return bytes;
    }

    private Stream stream(int id) {
        return streams.computeIfAbsent(id, Stream::new);
    }

    /** Sets how much the messages may have together of which parts were sent. */
    void mostBegun(long most) {
        mostBegun = most;
    }

    void weight(int id, int weight) {
        stream(id).weight = weight;
    }

    void add(OutMessage message) {
        Stream stream = stream(message.stream);
        bytes += message.data.length;
        stream.messages.add(message);
        if (stream.messages.size() == 1 && stream != present) {
            stream.turn = Math.max(stream.turn, time);
            waiting.add(stream);
        }
    }

    /** Returns the message of which a part is to be sent next, or null; what has expired before is taken out and told. */
    @Nullable
    OutMessage peek(long nowNanos, java.util.function.Consumer<OutMessage> expired) {
        while (true) {
            Stream stream = present == null ? waiting.poll() : present;
            present = stream;
            if (stream == null) {
                return null;
            }
            OutMessage first = stream.messages.getFirst();
            if (first.abandoned || first.cut == 0 && first.isExpired(nowNanos)) {
                bytes -= first.left();
                stream.messages.removeFirst();
                over(first);
                expired.accept(first);
                next(stream);
            } else if (first.cut == 0 && first.left() > SMALL && begun > 0 && begun + first.left() > mostBegun) {
                aside.add(stream);
                present = null;
            } else {
                return first;
            }
        }
    }

    /** Nothing of a message is left to be sent. */
    private void over(OutMessage message) {
        if (message.cut > 0) {
            begun -= message.data.length;
            waiting.addAll(aside);
            aside.clear();
        }
    }

    private void next(Stream stream) {
        present = null;
        if (!stream.messages.isEmpty()) {
            waiting.add(stream);
        }
    }

    /** A part of the message that {@link #peek} has returned is sent. */
    void sent(OutMessage message, int length, boolean mixed) {
        Stream stream = stream(message.stream);
        if (!message.begun) {
            message.begun = true;
            message.number = message.ordered || !mixed ? stream.nextOrdered : stream.nextUnordered;
            stream.nextOrdered += message.ordered ? 1 : 0;
            stream.nextUnordered += message.ordered ? 0 : 1;
        }
        begun += message.cut == 0 ? message.data.length : 0;
        message.cut += length;
        message.parts++;
        bytes -= length;
        time = stream.turn;
        stream.turn += (length + Chunk.DATA_HEADER) * SCALE / stream.weight;
        if (message.left() == 0) {
            stream.messages.removeFirst();
            over(message);
            next(stream);
        } else if (mixed) {
            next(stream);
        }
    }

    /** Returns whether nothing of a stream waits. */
    boolean isEmpty(int id) {
        Stream stream = streams.get(id);
        return stream == null || stream.messages.isEmpty();
    }

    /** A stream begins anew: its numbers too (RFC 6525, section 5.2.2). */
    void reset(int id) {
        Stream stream = streams.get(id);
        if (stream != null && stream.messages.isEmpty() && stream != present) {
            streams.remove(id);
        } else if (stream != null) {
            stream.nextOrdered = 0;
            stream.nextUnordered = 0;
        }
    }
}
