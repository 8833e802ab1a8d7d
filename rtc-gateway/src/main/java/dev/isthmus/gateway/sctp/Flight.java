package dev.isthmus.gateway.sctp;

import dev.isthmus.ice.count.Counters;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What was sent and is not acknowledged: what is lost of it, what is given up, and how much more may leave (RFC 9260, section 6; RFC 3758). */
final class Flight {
    private static final int FIRST_ROOM = 16;
    private static final int MISSED = 3;
    /** A peer that acknowledges everything but the first part makes us keep no more than it would take ahead. */
    private static final int MOST_KEPT = Receipts.MOST_AHEAD;
    private final Counters<SctpReason> counters;
    private final CongestionWindow congestion;
    private final RoundTrip roundTrip;
    private @Nullable OutChunk[] ring = new @Nullable OutChunk[FIRST_ROOM];
    /** The peer has everything up to there. */
    private long acked;
    private long next;
    private long bytes;
    private long peerWindow;
    private int lost;
    private int ackedBeyond;
    private long timed = -1;
    /** One packet may be sent again whatever the window says. */
    private boolean oneAnyway;
    private long advanced;
    private boolean forwardDue;

    Flight(Counters<SctpReason> counters, CongestionWindow congestion, RoundTrip roundTrip) {
        this.counters = counters;
        this.congestion = congestion;
        this.roundTrip = roundTrip;
    }

    void begin(long first, long window) {
        acked = first - 1;
        advanced = acked;
        next = first;
        peerWindow = window;
    }

    boolean isEmpty() {
        return next == acked + 1;
    }

    long acked() {
        return acked;
    }

    /** Takes the number up to which the peer has everything as it ends; returns whether that is news. */
    boolean shutdown(int cumulative, long nowNanos) {
        long upTo = Tsn.extend(acked, cumulative);
        return upTo > acked && upTo < next && release(upTo, nowNanos) >= 0;
    }

    long bytes() {
        return bytes;
    }

    long last() {
        return next - 1;
    }

    boolean hasLost() {
        return lost > 0;
    }

    private @Nullable OutChunk at(long tsn) {
        return ring[(int) (tsn & ring.length - 1)];
    }

    /** Returns whether new data of a length may leave: within both windows, or alone. */
    boolean admits(int length) {
        return lost == 0 && next - acked <= MOST_KEPT && bytes < congestion.window() && (length <= peerWindow || bytes == 0 && isEmpty());
    }

    /** Takes a new part under the next number. */
    OutChunk add(OutMessage message, int length, long nowNanos) {
        if (next - acked > ring.length) {
            grow();
        }
        OutChunk chunk = new OutChunk(next++, message, message.cut, length, message.parts, nowNanos);
        ring[(int) (chunk.tsn & ring.length - 1)] = chunk;
        bytes += length;
        peerWindow -= length;
        timed = timed < 0 ? chunk.tsn : timed;
        return chunk;
    }

    private void grow() {
        @Nullable
        OutChunk[] more = new @Nullable OutChunk[2 * ring.length];
        for (long tsn = acked + 1; tsn < next; tsn++) {
            more[(int) (tsn & more.length - 1)] = at(tsn);
        }
        ring = more;
    }

    /** Returns the next part that is to be sent again and fits, or null. */
    @Nullable
    OutChunk again(int room, int header, long nowNanos) {
        for (long tsn = acked + 1; lost > 0 && tsn < next; tsn++) {
            OutChunk chunk = at(tsn);
            if (chunk == null || chunk.state != OutChunk.State.LOST) {
                continue;
            }
            if (isOver(chunk, nowNanos)) {
                abandon(chunk.message);
                continue;
            }
            boolean admitted = oneAnyway || bytes + chunk.length <= congestion.window();
            if (!admitted || header + Chunk.padded(chunk.length) > room) {
                return null;
            }
            lost--;
            bytes += chunk.length;
            chunk.state = OutChunk.State.IN_FLIGHT;
            chunk.sends++;
            chunk.sentNanos = nowNanos;
            chunk.missed = 0;
            return chunk;
        }
        return null;
    }

    /** A packet is over. */
    void packetOver() {
        oneAnyway = false;
    }

    private static boolean isOver(OutChunk chunk, long nowNanos) {
        OutMessage m = chunk.message;
        return m.isExpired(nowNanos) || m.mostRepeats >= 0 && chunk.sends > m.mostRepeats;
    }

    /** Gives a message up: none of its parts is waited for. */
    private void abandon(OutMessage message) {
        if (message.abandoned) {
            return;
        }
        message.abandoned = true;
        counters.count(SctpReason.ABANDONED);
        for (long tsn = acked + 1; tsn < next; tsn++) {
            OutChunk chunk = at(tsn);
            if (chunk != null && chunk.message == message) {
                bytes -= chunk.state == OutChunk.State.IN_FLIGHT ? chunk.length : 0;
                lost -= chunk.state == OutChunk.State.LOST ? 1 : 0;
                ackedBeyond -= chunk.state == OutChunk.State.ACKED ? 1 : 0;
                chunk.state = OutChunk.State.ABANDONED;
            }
        }
        advance();
    }

    /** RFC 3758, section 3.5: up to where the peer need not wait. */
    private void advance() {
        advanced = Math.max(advanced, acked);
        for (long tsn = advanced + 1; tsn < next; tsn++) {
            OutChunk chunk = at(tsn);
            if (chunk == null || chunk.state != OutChunk.State.ABANDONED && chunk.state != OutChunk.State.ACKED) {
                break;
            }
            if (chunk.state == OutChunk.State.ABANDONED) {
                advanced = tsn;
                forwardDue = true;
            }
        }
    }

    /** Takes an acknowledgement, whose blocks are within the chunk; returns false when it is of what was never sent. */
    boolean acknowledged(ByteBuffer b, int chunk, int blocks, long nowNanos) {
        long cumulative = Tsn.extend(acked, b.getInt(chunk + 4));
        if (cumulative >= next || !isSound(b, chunk, blocks, cumulative)) {
            return false;
        }
        if (cumulative < acked) {
            return true; // it was overtaken
        }
        long flightBefore = bytes;
        long ackedBytes = release(cumulative, nowNanos);
        boolean advancing = ackedBytes >= 0;
        long highest = blocks > 0 || ackedBeyond > 0 ? beyond(b, chunk, blocks) : -1;
        if (highest >= 0) {
            missing(highest);
        }
        if (advancing) {
            congestion.acknowledged(cumulative, ackedBytes, flightBefore);
        }
        peerWindow = (b.getInt(chunk + 8) & 0xffffffffL) - bytes;
        if (advanced > acked) {
            forwardDue = true; // it has not arrived yet
        }
        return true;
    }

    private boolean isSound(ByteBuffer b, int chunk, int blocks, long cumulative) {
        for (int i = 0; i < blocks; i++) {
            int block = Receipts.block(b, chunk, i);
            if (block >>> 16 == 0 || block >>> 16 > (block & 0xffff) || cumulative + (block & 0xffff) >= next) {
                return false;
            }
        }
        return true;
    }

    /** Everything up to there has arrived; returns how many bytes of that were not known to, or -1 when that is no news. */
    private long release(long cumulative, long nowNanos) {
        if (cumulative == acked) {
            return -1;
        }
        long more = 0;
        while (acked < cumulative) {
            int place = (int) (++acked & ring.length - 1);
            OutChunk chunk = ring[place];
            ring[place] = null;
            if (chunk != null) {
                more += settle(chunk, nowNanos);
            }
        }
        advance();
        return more;
    }

    private long settle(OutChunk chunk, long nowNanos) {
        if (chunk.tsn == timed) {
            if (chunk.sends == 1) {
                roundTrip.measured(nowNanos - chunk.sentNanos);
            }
            timed = -1;
        }
        switch (chunk.state) {
            case IN_FLIGHT -> bytes -= chunk.length;
            case LOST -> lost--;
            case ACKED -> {
                ackedBeyond--;
                return 0;
            }
            case ABANDONED -> {
                return 0;
            }
        }
        return chunk.length;
    }

    /** Takes the blocks; returns the highest number of which they are the first news, or -1. What they leave out that they had is on its way again. */
    private long beyond(ByteBuffer b, int chunk, int blocks) {
        long highest = -1;
        int block = 0;
        for (long tsn = acked + 1; tsn < next; tsn++) {
            long offset = tsn - acked;
            while (block < blocks && (Receipts.block(b, chunk, block) & 0xffff) < offset) {
                block++;
            }
            boolean has = block < blocks && Receipts.block(b, chunk, block) >>> 16 <= offset;
            OutChunk each = at(tsn);
            if (each == null || each.state == OutChunk.State.ABANDONED) {
                continue;
            }
            if (has && each.state != OutChunk.State.ACKED) {
                bytes -= each.state == OutChunk.State.IN_FLIGHT ? each.length : 0;
                lost -= each.state == OutChunk.State.LOST ? 1 : 0;
                each.state = OutChunk.State.ACKED;
                ackedBeyond++;
                highest = tsn;
                timed = timed == tsn ? -1 : timed;
            } else if (!has && each.state == OutChunk.State.ACKED) {
                ackedBeyond--;
                bytes += each.length;
                each.state = OutChunk.State.IN_FLIGHT;
            }
        }
        return highest;
    }

    /** Section 7.2.4: what three acknowledgements have passed over is sent again, once. */
    private void missing(long highest) {
        boolean any = false;
        for (long tsn = acked + 1; tsn < highest; tsn++) {
            OutChunk chunk = at(tsn);
            if (chunk != null && chunk.state == OutChunk.State.IN_FLIGHT && !chunk.repeatedFast && ++chunk.missed >= MISSED) {
                chunk.repeatedFast = true;
                chunk.state = OutChunk.State.LOST;
                bytes -= chunk.length;
                lost++;
                any = true;
                counters.count(SctpReason.SENT_AGAIN_FAST);
            }
        }
        if (any) {
            oneAnyway |= !congestion.recovers();
            congestion.lost(next - 1);
        }
    }

    /** Nothing was acknowledged in time: everything is sent again (section 6.3.3). */
    void expired(long nowNanos) {
        congestion.expired();
        for (long tsn = acked + 1; tsn < next; tsn++) {
            OutChunk chunk = at(tsn);
            if (chunk != null && chunk.state == OutChunk.State.IN_FLIGHT) {
                chunk.state = OutChunk.State.LOST;
                bytes -= chunk.length;
                lost++;
                counters.count(SctpReason.SENT_AGAIN);
            }
        }
        for (long tsn = acked + 1; tsn < next; tsn++) {
            OutChunk chunk = at(tsn);
            if (chunk != null && chunk.state == OutChunk.State.LOST && isOver(chunk, nowNanos)) {
                abandon(chunk.message);
            }
        }
        timed = -1;
        oneAnyway = true;
        forwardDue = advanced > acked;
    }

    /** Returns whether the peer is to be told that it need not wait. */
    boolean isForwardDue() {
        return forwardDue && advanced > acked;
    }

    /** Tells the peer up to where it need not wait, as much as has room (RFC 3758, section 3.2; RFC 8260, section 2.3.1). */
    void writeForward(PacketWriter writer, boolean mixed) {
        forwardDue = false;
        int most = (writer.room() - 2 * Chunk.HEADER) / (mixed ? 8 : 4);
        Map<Long, OutMessage> streams = new HashMap<>();
        long upTo = acked;
        for (long tsn = acked + 1; tsn <= advanced; tsn++) {
            OutChunk chunk = at(tsn);
            OutMessage m = chunk == null || chunk.state != OutChunk.State.ABANDONED ? null : chunk.message;
            if (m != null && (m.ordered || mixed)) {
                streams.put((long) m.stream << 1 | (m.ordered ? 0 : 1), m);
                if (streams.size() > most) {
                    break;
                }
            }
            upTo = tsn;
        }
        int header = writer.open(mixed ? Chunk.I_FORWARD_TSN : Chunk.FORWARD_TSN, 0);
        writer.int32((int) upTo);
        streams.values().stream().limit(most).forEach(m -> {
            writer.int16(m.stream);
            writer.int16(mixed ? m.ordered ? 0 : 1 : m.number);
            if (mixed) {
                writer.int32(m.number);
            }
        });
        writer.close(header);
    }
}
