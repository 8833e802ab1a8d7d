package dev.isthmus.gateway.rtp;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Writes the compound packets that the gateway makes anew on each leg. */
public final class RtcpWriter {
    private static final int CNAME = 1;
    private final byte[] cname;
    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private int start;
    private int at;

    /** Creates a writer whose packets carry that canonical name, at most 255 bytes. */
    public RtcpWriter(String cname) {
        this.cname = cname.getBytes(StandardCharsets.US_ASCII);
    }

    /** Begins a compound packet. */
    public RtcpWriter begin(ByteBuffer target, int offset) {
        buffer = target;
        start = offset;
        at = offset;
        return this;
    }

    private int open(int count, int type, int ssrc) {
        int header = at;
        buffer.put(at, (byte) (0x80 | count));
        buffer.put(at + 1, (byte) type);
        buffer.putInt(at + 4, ssrc);
        at += Rtcp.HEADER;
        return header;
    }

    private void close(int header) {
        buffer.putShort(header + 2, (short) ((at - header) / 4 - 1));
    }

    /** Adds a sender report, with a block about each of at most 31 sources. */
    public RtcpWriter senderReport(int ssrc, long ntp, int rtpTimestamp, long packets, long bytes, List<ReceptionStats> about,
            long nowNanos) {
        int header = open(about.size(), Rtcp.SENDER_REPORT, ssrc);
        buffer.putLong(at, ntp);
        buffer.putInt(at + 8, rtpTimestamp);
        buffer.putInt(at + 12, (int) packets);
        buffer.putInt(at + 16, (int) bytes);
        at += 20;
        about.forEach(each -> block(each, nowNanos));
        close(header);
        return this;
    }

    /** Adds a receiver report, with a block about each of at most 31 sources. */
    public RtcpWriter receiverReport(int ssrc, List<ReceptionStats> about, long nowNanos) {
        int header = open(about.size(), Rtcp.RECEIVER_REPORT, ssrc);
        about.forEach(each -> block(each, nowNanos));
        close(header);
        return this;
    }

    private void block(ReceptionStats about, long nowNanos) {
        long lost = Math.max(-0x800000, Math.min(0x7fffff, about.lost()));
        buffer.putInt(at, about.ssrc());
        buffer.putInt(at + 4, about.fractionLost() << 24 | (int) lost & 0xffffff);
        buffer.putInt(at + 8, about.highestExtended());
        buffer.putInt(at + 12, (int) about.jitter());
        buffer.putInt(at + 16, about.lastReport());
        buffer.putInt(at + 20, about.delaySinceLastReport(nowNanos));
        at += Rtcp.REPORT_BLOCK;
    }

    /** Adds the source description that every compound packet must have (RFC 3550, section 6.5). */
    public RtcpWriter description(int ssrc) {
        int header = open(1, Rtcp.SOURCE_DESCRIPTION, ssrc);
        buffer.put(at, (byte) CNAME);
        buffer.put(at + 1, (byte) cname.length);
        buffer.put(at + 2, cname);
        at += 2 + cname.length;
        do {
            buffer.put(at++, (byte) 0);
        } while ((at - header & 3) != 0);
        close(header);
        return this;
    }

    /** Adds a picture loss indication (RFC 4585, section 6.3.1). */
    public RtcpWriter pictureLoss(int ssrc, int aboutSsrc) {
        int header = open(Rtcp.PLI, Rtcp.PAYLOAD_FEEDBACK, ssrc);
        buffer.putInt(at, aboutSsrc);
        at += 4;
        close(header);
        return this;
    }

    /** Adds a good-bye. */
    public RtcpWriter bye(int ssrc) {
        close(open(1, Rtcp.BYE, ssrc));
        return this;
    }

    /** Returns the length so far in bytes. */
    public int length() {
        return at - start;
    }
}
