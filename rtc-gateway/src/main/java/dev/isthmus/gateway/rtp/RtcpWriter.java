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

    /** Adds a full intra request (RFC 5104, section 4.3.1); a repetition has the number of the first. */
    public RtcpWriter fullIntra(int ssrc, int aboutSsrc, int number) {
        int header = open(Rtcp.FIR, Rtcp.PAYLOAD_FEEDBACK, ssrc);
        buffer.putInt(at, 0);
        buffer.putInt(at + 4, aboutSsrc);
        buffer.putInt(at + 8, number << 24);
        at += 12;
        close(header);
        return this;
    }

    /** Begins to say which packets have not arrived (RFC 4585, section 6.2.1); {@link #nackItem} adds some, {@link #nackEnd} ends it. */
    public int nackBegin(int ssrc, int aboutSsrc) {
        int header = open(Rtcp.NACK, Rtcp.TRANSPORT_FEEDBACK, ssrc);
        buffer.putInt(at, aboutSsrc);
        at += 4;
        return header;
    }

    /** Adds a packet and, as a mask, those of the sixteen that follow. */
    public void nackItem(int sequence, int mask) {
        buffer.putShort(at, (short) sequence);
        buffer.putShort(at + 2, (short) mask);
        at += 4;
    }

    /** Ends what {@link #nackBegin} has begun. */
    public RtcpWriter nackEnd(int header) {
        close(header);
        return this;
    }

    /** Adds feedback about the transport. */
    public RtcpWriter feedback(TransportFeedback.Writer about, int ssrc, int mediaSsrc, int base) {
        at += about.write(buffer, at, ssrc, mediaSsrc, base);
        return this;
    }

    /** Adds what is to be sent at most, about one source (draft-alvestrand-rmcat-remb-03). */
    public RtcpWriter bitrateLimit(int ssrc, int aboutSsrc, long bitsPerSecond) {
        int header = open(Rtcp.APPLICATION, Rtcp.PAYLOAD_FEEDBACK, ssrc);
        int exponent = Math.max(0, 64 - Long.numberOfLeadingZeros(bitsPerSecond) - 18);
        buffer.putInt(at, 0);
        buffer.putInt(at + 4, Rtcp.REMB);
        buffer.putInt(at + 8, 1 << 24 | exponent << 18 | (int) (bitsPerSecond >>> exponent));
        buffer.putInt(at + 12, aboutSsrc);
        at += 16;
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
