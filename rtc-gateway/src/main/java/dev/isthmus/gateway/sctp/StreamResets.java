package dev.isthmus.gateway.sctp;

import dev.isthmus.ice.time.Deadline;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Streams that begin anew (RFC 6525): ours when all that was sent on them is acknowledged by number, one request after the other; the peer's as soon as
 * its data up to that moment has arrived.
 */
final class StreamResets {
    private static final int OUTGOING = 13;
    private static final int INCOMING = 14;
    private static final int RESPONSE = 16;
    private static final int OUTGOING_FIXED = 16;
    private static final int INCOMING_FIXED = 8;
    private static final int RESPONSE_LENGTH = 12;
    private static final int MOST_STREAMS = 256;
    private static final int NOTHING_TO_DO = 0;
    private static final int PERFORMED = 1;
    private static final int DENIED = 2;
    private static final int BAD_NUMBER = 5;
    private static final int IN_PROGRESS = 6;

    private final Deque<SctpEvent> events;
    private final Reassembly reassembly;
    private final OutStreams streams;
    private final Set<Integer> wanted = new LinkedHashSet<>();
    private List<Integer> asked = List.of();
    private int ourRequest;
    private int theirRequest;
    private long lastSent;
    private boolean writeRequest;
    private int answer = -1;
    private int lastAnswer = NOTHING_TO_DO;
    private long deadline = Deadline.NONE;

    StreamResets(Deque<SctpEvent> events, Reassembly reassembly, OutStreams streams) {
        this.events = events;
        this.reassembly = reassembly;
        this.streams = streams;
    }

    /** Begins with the numbers of both sides' first data. */
    void begin(int ours, int theirs) {
        ourRequest = ours;
        theirRequest = theirs;
    }

    /** A stream is to begin anew, as soon as what waits on it was sent. */
    void want(int stream) {
        wanted.add(stream);
    }

    boolean isWanted(int stream) {
        return wanted.contains(stream) || asked.contains(stream);
    }

    /** Looks whether a request can be made now. */
    void prepare(long lastTsn, boolean possible) {
        if (!possible || !asked.isEmpty() || wanted.isEmpty()) {
            return;
        }
        List<Integer> ready = wanted.stream().filter(streams::isEmpty).limit(MOST_STREAMS).toList();
        if (!ready.isEmpty()) {
            asked = ready;
            ready.forEach(wanted::remove);
            lastSent = lastTsn;
            writeRequest = true;
        }
    }

    boolean isDue() {
        return writeRequest || answer >= 0;
    }

    long nextDeadline() {
        return deadline;
    }

    /** Nobody has answered; returns whether that counts as a failure. */
    boolean onTimeout(long nowNanos) {
        if (!Deadline.due(deadline, nowNanos)) {
            return false;
        }
        deadline = Deadline.NONE;
        writeRequest = true;
        return true;
    }

    void write(PacketWriter writer, long timeoutNanos, long nowNanos) {
        int header = writer.open(Chunk.RE_CONFIG, 0);
        if (answer >= 0) {
            int response = writer.parameter(RESPONSE);
            writer.int32(theirRequest - 1);
            writer.int32(answer);
            writer.close(response);
            answer = -1;
        }
        if (writeRequest) {
            int request = writer.parameter(OUTGOING);
            writer.int32(ourRequest);
            writer.int32(theirRequest - 1);
            writer.int32((int) lastSent);
            asked.forEach(writer::int16);
            writer.close(request);
            writeRequest = false;
            deadline = nowNanos + timeoutNanos;
        }
        writer.close(header);
    }

    /** Takes a RE-CONFIG chunk; returns false when it is malformed. */
    boolean take(ByteBuffer b, int chunk, int length, long cumulative) {
        int end = chunk + length;
        if (!Chunk.fill(b, chunk + Chunk.HEADER, end)) {
            return false;
        }
        for (int at = chunk + Chunk.HEADER; at < end; at += Chunk.padded(Chunk.length(b, at))) {
            int size = Chunk.length(b, at);
            switch (b.getShort(at) & 0xffff) {
                case OUTGOING -> {
                    if (size < OUTGOING_FIXED || (size & 1) != 0) {
                        return false;
                    }
                    incoming(b, at, size, cumulative);
                }
                case INCOMING -> {
                    if (size < INCOMING_FIXED || (size & 1) != 0) {
                        return false;
                    }
                    wantedByPeer(b, at, size);
                }
                case RESPONSE -> {
                    if (size < RESPONSE_LENGTH) {
                        return false;
                    }
                    answered(b.getInt(at + 4), b.getInt(at + 8));
                }
                default -> {
                    // what else a reconfiguration can be nobody here needs
                }
            }
        }
        return true;
    }

    private static List<Integer> streams(ByteBuffer b, int from, int end) {
        List<Integer> found = new ArrayList<>();
        for (int at = from; at + 2 <= end; at += 2) {
            found.add(b.getShort(at) & 0xffff);
        }
        return found;
    }

    /** Returns whether a request is the next one; what the last one was answered is said again. */
    private boolean isNext(int number) {
        if (number == theirRequest - 1) {
            answer = lastAnswer;
            return lastAnswer == IN_PROGRESS;
        }
        if (number != theirRequest) {
            answer = BAD_NUMBER;
            return false;
        }
        theirRequest++;
        return true;
    }

    private void incoming(ByteBuffer b, int at, int size, long cumulative) {
        if (!isNext(b.getInt(at + 4))) {
            return;
        }
        boolean all = Tsn.extend(cumulative, b.getInt(at + 12)) <= cumulative;
        answer = all ? PERFORMED : IN_PROGRESS;
        lastAnswer = answer;
        if (all) {
            List<Integer> which = streams(b, at + OUTGOING_FIXED, at + size);
            reassembly.reset(which.isEmpty() ? null : which);
            events.add(new SctpEvent.IncomingReset(which));
        }
    }

    private void wantedByPeer(ByteBuffer b, int at, int size) {
        if (isNext(b.getInt(at + 4))) {
            List<Integer> which = streams(b, at + INCOMING_FIXED, at + size);
            which.forEach(this::want);
            answer = which.isEmpty() ? DENIED : PERFORMED;
            lastAnswer = answer;
        }
    }

    private void answered(int number, int result) {
        if (asked.isEmpty() || number != ourRequest) {
            return;
        }
        if (result == IN_PROGRESS) {
            return; // it is asked again when the time is over
        }
        ourRequest++;
        deadline = Deadline.NONE;
        writeRequest = false;
        List<Integer> done = asked;
        asked = List.of();
        if (result == PERFORMED || result == NOTHING_TO_DO) {
            done.forEach(streams::reset);
        }
        events.add(new SctpEvent.OutgoingReset(done));
    }
}
