package dev.isthmus.gateway.sctp;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/** What comes to an association, chunk by chunk (RFC 9260, sections 5, 6 and 8). */
final class SctpInput {
    static final int UNRECOGNIZED = 6;
    private static final int NO_USER_DATA = 9;
    private static final int SACK_FIXED = 16;
    private static final int SKIP = 0x80;
    private static final int REPORT = 0x40;
    private static final int MOST_ECHOED = 64;
    private static final int MOST_BEGINNINGS = 8;
    private static final long BEGINNINGS_INTERVAL = TimeUnit.SECONDS.toNanos(1);
    /** What is out of order may take more room than there is, up to this much more. */
    private static final int MOST_OVER = 4;

    private final SctpAssociation a;
    private int beginnings;
    private long beginningsSince;
    private boolean data;
    private boolean immediate;

    SctpInput(SctpAssociation association) {
        this.a = association;
    }

    void onPacket(ByteBuffer b, int offset, int length, long nowNanos) {
        SctpReason wrong = check(b, offset, length);
        if (wrong != null) {
            a.counters.count(wrong);
            return;
        }
        data = false;
        immediate = false;
        int end = offset + length;
        for (int at = offset + Chunk.PACKET_HEADER; at < end && a.state != SctpState.CLOSED; at += Chunk.padded(Chunk.length(b, at))) {
            if (!take(b, at, Chunk.length(b, at), nowNanos)) {
                break;
            }
        }
        if (data) {
            a.receipts.packetOver(immediate || a.state == SctpState.SHUTDOWN_SENT, nowNanos);
        }
    }

    private @org.jspecify.annotations.Nullable SctpReason check(ByteBuffer b, int offset, int length) {
        if (length < Chunk.PACKET_HEADER + Chunk.HEADER || (length & 3) != 0) {
            return SctpReason.TOO_SHORT;
        }
        int first = b.get(offset + Chunk.PACKET_HEADER) & 0xff;
        boolean mayLack = b.getInt(offset + 8) == 0 && a.ours.noChecksum() && first != Chunk.INIT && first != Chunk.COOKIE_ECHO;
        if (!mayLack && !a.writer.isIntact(b, offset, length)) {
            return SctpReason.BAD_CHECKSUM;
        }
        if (b.getInt(offset) != (a.setup.remotePort() << 16 | a.setup.port())) {
            return SctpReason.WRONG_PORT;
        }
        if (!Chunk.fill(b, offset + Chunk.PACKET_HEADER, offset + length)) {
            return SctpReason.BAD_CHUNK;
        }
        return isTagged(b.getInt(offset + 4), first, b.get(offset + Chunk.PACKET_HEADER + 1)) ? null : SctpReason.WRONG_TAG;
    }

    /** Section 8.5. */
    private boolean isTagged(int tag, int first, int flags) {
        boolean ends = first == Chunk.ABORT || first == Chunk.SHUTDOWN_COMPLETE;
        if (first == Chunk.INIT) {
            return tag == 0;
        }
        return ends && (flags & Chunk.REFLECTED) != 0 ? tag == a.theirTag && tag != 0 : tag == a.ourTag;
    }

    /** Returns whether the chunks behind it are looked at too. */
    private boolean take(ByteBuffer b, int at, int length, long nowNanos) {
        switch (b.get(at) & 0xff) {
            case Chunk.INIT -> begin(b, at, length, nowNanos);
            case Chunk.INIT_ACK -> answered(b, at, length);
            case Chunk.COOKIE_ECHO -> cookie(b, at, length, nowNanos);
            case Chunk.COOKIE_ACK -> {
                if (a.state == SctpState.COOKIE_ECHOED) {
                    a.established(nowNanos);
                }
            }
            case Chunk.ABORT -> aborted(b, at, length);
            case Chunk.ERROR -> a.alive();
            default -> {
                if (!a.state.isEstablished()) {
                    a.counters.count(SctpReason.UNEXPECTED_CHUNK);
                    return false;
                }
                return established(b, at, length, nowNanos);
            }
        }
        return true;
    }

    private boolean established(ByteBuffer b, int at, int length, long nowNanos) {
        switch (b.get(at) & 0xff) {
            case Chunk.DATA, Chunk.I_DATA -> data(b, at, length);
            case Chunk.SACK -> acknowledged(b, at, length, nowNanos);
            case Chunk.HEARTBEAT -> a.heartbeat = Reassembly.copy(b, at + Chunk.HEADER, Math.min(length - Chunk.HEADER, 512));
            case Chunk.HEARTBEAT_ACK -> {
                if (length >= Chunk.HEADER + 12) {
                    a.heartbeatAnswered(b.getLong(at + 2 * Chunk.HEADER), nowNanos);
                }
            }
            case Chunk.FORWARD_TSN, Chunk.I_FORWARD_TSN -> forward(b, at, length);
            case Chunk.RE_CONFIG -> {
                if (!a.both.reset() || !a.resets.take(b, at, length, a.receipts.cumulative())) {
                    a.counters.count(SctpReason.BAD_RESET);
                }
                a.alive();
            }
            case Chunk.SHUTDOWN -> shutdown(b, at, length, nowNanos);
            case Chunk.SHUTDOWN_ACK -> {
                a.beginAlone(a.theirTag);
                a.writer.close(a.writer.open(Chunk.SHUTDOWN_COMPLETE, 0));
                a.endAlone(!a.both.noChecksum());
                a.end(null, -1);
            }
            case Chunk.SHUTDOWN_COMPLETE -> {
                if (a.state == SctpState.SHUTDOWN_ACK_SENT) {
                    a.end(null, -1);
                }
            }
            default -> {
                return strange(b, at, length);
            }
        }
        return true;
    }

    /** Section 3.2: the upper bits of its type say what to do with a chunk that nobody knows. */
    private boolean strange(ByteBuffer b, int at, int length) {
        a.counters.count(SctpReason.UNKNOWN_CHUNK);
        int type = b.get(at) & 0xff;
        if ((type & REPORT) != 0) {
            a.unknown = Reassembly.copy(b, at, Math.min(length, MOST_ECHOED));
        }
        return (type & SKIP) != 0;
    }

    private void begin(ByteBuffer b, int at, int length, long nowNanos) {
        if (nowNanos - beginningsSince > BEGINNINGS_INTERVAL) {
            beginningsSince = nowNanos;
            beginnings = 0;
        }
        Beginning theirs = Beginning.read(b, at, length);
        if (theirs == null || a.state == SctpState.SHUTDOWN_ACK_SENT) {
            a.counters.count(SctpReason.BAD_INIT);
        } else if (++beginnings > MOST_BEGINNINGS) {
            a.counters.count(SctpReason.TOO_MANY_INITS);
        } else {
            a.beginAlone(theirs.tag());
            a.beginning().write(a.writer, a.cookies.bake(theirs, a.ourTag, nowNanos));
            a.endAlone(true);
        }
    }

    private void answered(ByteBuffer b, int at, int length) {
        if (a.state != SctpState.COOKIE_WAIT) {
            return; // section 5.2.3
        }
        Beginning theirs = Beginning.read(b, at, length);
        byte[] cookie = theirs == null ? null : Beginning.cookie(b, at, length);
        if (theirs == null || cookie == null || cookie.length > a.setup.packet() / 2) {
            a.counters.count(SctpReason.BAD_INIT);
            return;
        }
        a.adopt(theirs);
        a.cookie = cookie;
        a.state = SctpState.COOKIE_ECHOED;
        a.stopControl();
    }

    private void cookie(ByteBuffer b, int at, int length, long nowNanos) {
        Beginning theirs = a.cookies.open(b, at + Chunk.HEADER, length - Chunk.HEADER, a.ourTag, nowNanos);
        if (theirs == null) {
            a.counters.count(SctpReason.BAD_COOKIE);
        } else if (!a.state.isEstablished()) {
            a.adopt(theirs);
            a.established(nowNanos);
            a.cookieAckDue = true;
        } else if (theirs.tag() == a.theirTag) {
            a.cookieAckDue = true; // ours was lost
        } else {
            a.counters.count(SctpReason.RESTARTED);
            a.end("the peer has begun anew", -1);
        }
    }

    private void aborted(ByteBuffer b, int at, int length) {
        boolean says = length >= 2 * Chunk.HEADER;
        int cause = says ? b.getShort(at + Chunk.HEADER) & 0xffff : -1;
        a.counters.count(SctpReason.ENDED_BY_PEER);
        a.end(cause == SctpAssociation.USER_INITIATED ? null : "the peer has ended the association with cause " + cause, cause);
    }

    private void data(ByteBuffer b, int at, int length) {
        boolean mixed = b.get(at) == Chunk.I_DATA;
        int header = mixed ? Chunk.I_DATA_HEADER : Chunk.DATA_HEADER;
        if (mixed != a.both.interleaving()) {
            a.violated(SctpReason.BAD_DATA, SctpAssociation.PROTOCOL_VIOLATION);
            return;
        }
        if (length <= header) {
            a.violated(SctpReason.NO_DATA, NO_USER_DATA);
            return;
        }
        long tsn = Tsn.extend(a.receipts.cumulative(), b.getInt(at + 4));
        data = true;
        int flags = b.get(at + 1);
        immediate |= (flags & Chunk.IMMEDIATE) != 0;
        switch (a.receipts.look(tsn)) {
            case DUPLICATE -> {
                a.counters.count(SctpReason.DUPLICATE);
                a.receipts.again(tsn);
            }
            case TOO_FAR -> a.counters.count(SctpReason.TSN_OUT_OF_WINDOW);
            case NEW -> fresh(b, at, length, tsn, mixed);
        }
    }

    private void fresh(ByteBuffer b, int at, int length, long tsn, boolean mixed) {
        int stream = b.getShort(at + 8) & 0xffff;
        if (!hasRoom(tsn)) {
            a.counters.count(SctpReason.NO_ROOM);
            immediate = true;
            return;
        }
        a.receipts.take(tsn);
        if (stream >= a.incoming) {
            a.counters.count(SctpReason.BAD_STREAM);
            return;
        }
        int flags = b.get(at + 1);
        boolean first = (flags & Chunk.BEGIN) != 0;
        boolean sound;
        if (mixed) {
            int last = b.getInt(at + 16);
            sound = a.reassembly
                    .takeMixed(new Reassembly.Fragment(tsn, stream, flags, b.getInt(at + 12), first ? last : 0, first ? 0 : last,
                            Reassembly.copy(b, at + Chunk.I_DATA_HEADER, length - Chunk.I_DATA_HEADER)));
        } else {
            sound = a.reassembly.take(new Reassembly.Fragment(tsn, stream, flags, b.getShort(at + 10) & 0xffff, b.getInt(at + 12), -1,
                    Reassembly.copy(b, at + Chunk.DATA_HEADER, length - Chunk.DATA_HEADER)));
        }
        if (!sound) {
            a.violated(SctpReason.BAD_DATA, SctpAssociation.PROTOCOL_VIOLATION);
        } else if (a.reassembly.held() > (long) MOST_OVER * a.setup.window()) {
            a.violated(SctpReason.NO_ROOM, SctpAssociation.OUT_OF_RESOURCE);
        }
    }

    /** What completes something is taken in any case, lest nothing ever gets complete. */
    private boolean hasRoom(long tsn) {
        return a.window() > 0 || a.receipts.isBelowHighest(tsn) || tsn == a.receipts.cumulative() + 1 && a.reassembly.isIncomplete();
    }

    private void acknowledged(ByteBuffer b, int at, int length, long nowNanos) {
        int blocks = length < SACK_FIXED ? 0 : b.getShort(at + 12) & 0xffff;
        int duplicates = length < SACK_FIXED ? 0 : b.getShort(at + 14) & 0xffff;
        if (length < SACK_FIXED + 4 * (blocks + duplicates)) {
            a.counters.count(SctpReason.BAD_CHUNK);
            return;
        }
        long before = a.flight.acked();
        if (a.flight.acknowledged(b, at, blocks, nowNanos)) {
            a.acknowledged(a.flight.acked() > before, nowNanos);
        } else {
            a.counters.count(SctpReason.BAD_ACK);
        }
    }

    private void forward(ByteBuffer b, int at, int length) {
        boolean mixed = (b.get(at) & 0xff) == Chunk.I_FORWARD_TSN;
        int entry = mixed ? 8 : 4;
        if (length < 2 * Chunk.HEADER || !a.both.partial() || mixed != a.both.interleaving() || (length & 3) != 0) {
            a.counters.count(SctpReason.BAD_CHUNK);
            return;
        }
        long to = Tsn.extend(a.receipts.cumulative(), b.getInt(at + 4));
        data = true;
        immediate = true;
        if (to <= a.receipts.cumulative()) {
            return;
        }
        if (a.receipts.look(to) == Receipts.Verdict.TOO_FAR) {
            a.counters.count(SctpReason.TSN_OUT_OF_WINDOW);
            return;
        }
        a.reassembly.forward(to);
        a.receipts.forward(to);
        for (int i = at + 2 * Chunk.HEADER; i + entry <= at + length; i += entry) {
            int stream = b.getShort(i) & 0xffff;
            if (mixed) {
                a.reassembly.skipMixed(stream, (b.getShort(i + 2) & 1) != 0, b.getInt(i + 4));
            } else {
                a.reassembly.skip(stream, b.getShort(i + 2) & 0xffff);
            }
        }
    }

    private void shutdown(ByteBuffer b, int at, int length, long nowNanos) {
        if (length < 2 * Chunk.HEADER) {
            a.counters.count(SctpReason.BAD_CHUNK);
            return;
        }
        a.alive();
        if (a.state == SctpState.SHUTDOWN_SENT) {
            a.state = SctpState.SHUTDOWN_ACK_SENT; // both have begun to end it
            a.shutdownDue = true;
        } else if (a.state != SctpState.SHUTDOWN_ACK_SENT) {
            a.state = SctpState.SHUTDOWN_RECEIVED;
            if (a.flight.shutdown(b.getInt(at + 4), nowNanos)) {
                a.acknowledged(true, nowNanos);
            }
        } else {
            a.shutdownDue = true; // the answer was lost
        }
    }
}
