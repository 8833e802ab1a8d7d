package dev.isthmus.gateway.media;

import dev.isthmus.gateway.GatewayReason;
import dev.isthmus.gateway.rate.Pace;
import dev.isthmus.ice.time.Deadline;

/**
 * Pictures that wait to be sent, in their order, by their places in their streams' histories. Never more than those can hold: before that the first
 * leave, whatever the pace.
 */
final class PacedQueue {
    private static final int MOST = PacketHistory.PLACES / 2;
    private static final long MOST_BYTES = PacketHistory.SIZE / 2;
    private final OutgoingStream[] streams = new OutgoingStream[MOST + 1];
    private final long[] places = new long[MOST + 1];
    private final int[] sizes = new int[MOST + 1];
    private final boolean[] again = new boolean[MOST + 1];
    private final Pace pace = new Pace();
    private long first;
    private long end;
    private long bytes;

    /** Adds a packet and sends what may leave now. */
    void add(OutgoingStream stream, long place, boolean repetition, OutgoingMedia media, long estimate, long nowNanos) {
        int at = (int) (end++ % streams.length);
        streams[at] = stream;
        places[at] = place;
        again[at] = repetition;
        sizes[at] = stream.history().length(place);
        bytes += sizes[at];
        while (end - first > MOST || bytes > MOST_BYTES) {
            sendFirst(media, estimate, nowNanos);
        }
        drain(media, estimate, nowNanos);
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
            sendFirst(media, estimate, nowNanos);
        }
    }

    private void sendFirst(OutgoingMedia media, long estimate, long nowNanos) {
        int at = (int) (first++ % streams.length);
        bytes -= sizes[at];
        if (!streams[at].history().isThere(places[at])) {
            media.drop(GatewayReason.REPEATED_TOO_LATE); // only a repetition can be so old
            return;
        }
        media.transmit(streams[at], places[at], again[at], nowNanos);
        if (estimate > 0) {
            pace.onSent(sizes[at], estimate, bytes, nowNanos);
        }
    }
}
