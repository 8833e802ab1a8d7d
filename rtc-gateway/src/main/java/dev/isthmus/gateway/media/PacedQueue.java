package dev.isthmus.gateway.media;

import dev.isthmus.gateway.rate.Pace;
import dev.isthmus.ice.time.Deadline;

/** Pictures that wait to be sent, in their order, by their places in their streams' histories. */
final class PacedQueue {
    private static final int MOST = 1024;
    private final OutgoingStream[] streams = new OutgoingStream[MOST];
    private final long[] places = new long[MOST];
    private final boolean[] again = new boolean[MOST];
    private final Pace pace = new Pace();
    private long first;
    private long end;
    private long bytes;

    /** Adds a packet; returns false when there are too many. */
    boolean add(OutgoingStream stream, long place, boolean repetition) {
        if (end - first == MOST) {
            return false;
        }
        int at = (int) (end++ % MOST);
        streams[at] = stream;
        places[at] = place;
        again[at] = repetition;
        bytes += stream.history().length(place);
        return true;
    }

    boolean isEmpty() {
        return first == end;
    }

    long nextDeadline() {
        return isEmpty() ? Deadline.NONE : pace.opensAt();
    }

    /** Sends what may leave now. */
    void drain(OutgoingMedia media, long estimate, long nowNanos) {
        while (!isEmpty() && (estimate == 0 || pace.isOpen(nowNanos))) {
            int at = (int) (first++ % MOST);
            OutgoingStream stream = streams[at];
            int size = stream.history().length(places[at]);
            bytes -= size;
            if (stream.history().isThere(places[at])) {
                media.transmit(stream, places[at], again[at], nowNanos);
                if (estimate > 0) {
                    pace.onSent(size, estimate, bytes, nowNanos);
                }
            }
        }
    }
}
