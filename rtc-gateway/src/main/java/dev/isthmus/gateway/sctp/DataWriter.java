package dev.isthmus.gateway.sctp;

import org.jspecify.annotations.Nullable;

/** Fills packets with data: again what was lost, then what is new, as much as both windows and the packet have room for (RFC 9260, section 6.1). */
final class DataWriter {
    private static final int LEAST_ROOM = 256;
    private final SctpAssociation a;
    private long lastSent;

    DataWriter(SctpAssociation association) {
        this.a = association;
    }

    /** Returns whether there is something that may leave now. */
    boolean wants(long nowNanos) {
        return a.flight.hasLost() || a.streams.bytes() > 0 && a.flight.admits(1);
    }

    /** Writes what fits into the present packet: what the peer need not wait for, what is lost, what is new. */
    void write(long nowNanos) {
        boolean any = false;
        int header = a.both.interleaving() ? Chunk.I_DATA_HEADER : Chunk.DATA_HEADER;
        if (a.flight.isForwardDue() && a.writer.room() > LEAST_ROOM) {
            a.flight.writeForward(a.writer, a.both.interleaving());
            any = true;
        }
        if (a.flight.isEmpty() && lastSent != 0 && nowNanos - lastSent > a.roundTrip.timeout()) {
            a.congestion.idle();
        }
        for (OutChunk each = a.flight.again(a.writer.room(), header, nowNanos); each != null; each = a.flight.again(a.writer.room(), header,
                nowNanos)) {
            each.write(a.writer, a.both.interleaving(), false);
            any = true;
        }
        for (OutMessage each = fitting(header, nowNanos); each != null; each = fitting(header, nowNanos)) {
            int length = Math.min(each.left(), a.writer.room() - header);
            int cut = each.cut;
            OutChunk chunk = a.flight.add(each, length, nowNanos);
            a.streams.sent(each, length, a.both.interleaving());
            chunk.write(a.writer, a.both.interleaving(), a.streams.bytes() == 0 || !a.flight.admits(1));
            a.events.add(new SctpEvent.Sent(each.stream, each.cut - cut));
            any = true;
        }
        if (any) {
            a.flight.packetOver();
            lastSent = nowNanos;
            a.dataSent(nowNanos);
        }
    }

    /** Returns the next message of which a part fits: all of it, or so much that it is worth a header. */
    private @Nullable OutMessage fitting(int header, long nowNanos) {
        int most = a.writer.room() - header;
        if (most <= 0 || a.streams.bytes() == 0 || !a.flight.admits(1)) {
            return null;
        }
        OutMessage next = a.streams.peek(nowNanos, this::givenUp);
        if (next == null || next.left() > most && most < LEAST_ROOM || !a.flight.admits(Math.min(next.left(), most))) {
            return null;
        }
        return next;
    }

    private void givenUp(OutMessage message) {
        if (!message.abandoned) {
            a.counters.count(SctpReason.ABANDONED);
        }
        a.events.add(new SctpEvent.Sent(message.stream, message.left()));
    }
}
