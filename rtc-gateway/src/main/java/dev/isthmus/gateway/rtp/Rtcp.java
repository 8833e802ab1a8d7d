package dev.isthmus.gateway.rtp;

import java.nio.ByteBuffer;

/**
 * Numbers of RTCP (RFC 3550, section 6; RFC 4585, section 6; RFC 5104, section 4.3.1) and the walk over a compound packet.
 *
 * <pre>
 * |V=2|P|  count  |  packet type  |  length in words, minus one   |
 * |                     SSRC of the sender                        |
 * </pre>
 */
public final class Rtcp {
    public static final int SENDER_REPORT = 200;
    public static final int RECEIVER_REPORT = 201;
    public static final int SOURCE_DESCRIPTION = 202;
    public static final int BYE = 203;
    public static final int TRANSPORT_FEEDBACK = 205;
    public static final int PAYLOAD_FEEDBACK = 206;
    public static final int NACK = 1;
    public static final int TRANSPORT_WIDE = 15;
    public static final int PLI = 1;
    public static final int FIR = 4;
    public static final int APPLICATION = 15;
    static final int REMB = 0x52454d42;
    static final int REPORT_BLOCK = 24;
    static final int HEADER = 8;

    /**
     * What a sender says of itself (RFC 3550, section 6.4.1).
     *
     * @param ntp the time of the report
     * @param rtpTimestamp the RTP time that belongs to it
     * @param packets how many it has sent so far
     * @param bytes of their payloads
     */
    public record SenderInfo(long ntp, int rtpTimestamp, long packets, long bytes) {}

    /**
     * What a receiver says of a source (RFC 3550, section 6.4.1).
     *
     * @param aboutSsrc the source
     * @param fractionLost since the last report, in 256ths
     * @param lost packets altogether; negative when more came than were sent
     * @param highest sequence number, extended by the number of times it began anew
     * @param jitter in timestamp units
     * @param lastReport the middle of the NTP time of the source's last report, or 0
     * @param delay since that came, in 1/65536 s
     */
    public record ReportBlock(int aboutSsrc, int fractionLost, int lost, int highest, long jitter, int lastReport, int delay) {}

    /** What a reader does with the parts of a compound packet. */
    public interface Visitor {
        /** A sender report of a source. */
        void onSenderReport(int ssrc, SenderInfo info);

        /** A report of a receiver about one of our streams. */
        void onReportBlock(int receiverSsrc, ReportBlock block);

        /** A picture loss indication or a full intra request for one of our streams. */
        void onKeyframeRequest(int aboutSsrc);

        /**
         * Packets of one of our streams have not arrived (RFC 4585, section 6.2.1).
         *
         * @param mask which of the sixteen that follow neither, the next one in the lowest bit
         */
        default void onNack(int aboutSsrc, int sequence, int mask) {}

        /** What the peer wants to receive at most in bit/s (draft-alvestrand-rmcat-remb-03). */
        default void onBitrateLimit(long bitsPerSecond) {}

        /** Feedback about a transport, to be read by {@link TransportFeedback}. */
        default void onTransportFeedback(ByteBuffer b, int at, int length) {}

        /** A source says good-bye. */
        void onBye(int ssrc);
    }

    private Rtcp() {}

    /** Walks over a compound packet; returns false, with nothing visited, when it is malformed. */
    public static boolean read(ByteBuffer b, int offset, int length, Visitor visitor) {
        if (length < HEADER || !wellFormed(b, offset, length)) {
            return false;
        }
        for (int at = offset; at < offset + length; at += packetLength(b, at)) {
            visit(b, at, packetLength(b, at), visitor);
        }
        return true;
    }

    private static int packetLength(ByteBuffer b, int at) {
        return 4 + 4 * (b.getShort(at + 2) & 0xffff);
    }

    private static boolean wellFormed(ByteBuffer b, int offset, int length) {
        int at = offset;
        int end = offset + length;
        while (at < end) {
            if (end - at < 4 || (b.get(at) & 0xC0) != 0x80 || packetLength(b, at) > end - at || packetLength(b, at) < 4) {
                return false;
            }
            at += packetLength(b, at);
        }
        return true;
    }

    private static void visit(ByteBuffer b, int at, int length, Visitor visitor) {
        int count = b.get(at) & 0x1f;
        switch (b.get(at + 1) & 0xff) {
            case SENDER_REPORT -> {
                if (length >= HEADER + 20) {
                    visitor.onSenderReport(b.getInt(at + 4), new SenderInfo(b.getLong(at + 8), b.getInt(at + 16),
                            Integer.toUnsignedLong(b.getInt(at + 20)), Integer.toUnsignedLong(b.getInt(at + 24))));
                    blocks(b, b.getInt(at + 4), at + HEADER + 20, at + length, count, visitor);
                }
            }
            case RECEIVER_REPORT -> {
                if (length >= HEADER) {
                    blocks(b, b.getInt(at + 4), at + HEADER, at + length, count, visitor);
                }
            }
            case TRANSPORT_FEEDBACK -> transportFeedback(b, at, length, count, visitor);
            case PAYLOAD_FEEDBACK -> payloadFeedback(b, at, length, count, visitor);
            case BYE -> {
                for (int i = 0; i < count && 4 * i + HEADER <= length; i++) {
                    visitor.onBye(b.getInt(at + 4 + 4 * i));
                }
            }
            default -> {
                // descriptions and feedback that nothing here acts on
            }
        }
    }

    private static void transportFeedback(ByteBuffer b, int at, int length, int format, Visitor visitor) {
        if (format == NACK && length >= 12) {
            for (int i = at + 12; i + 4 <= at + length; i += 4) {
                visitor.onNack(b.getInt(at + 8), b.getShort(i) & 0xffff, b.getShort(i + 2) & 0xffff);
            }
        } else if (format == TRANSPORT_WIDE) {
            visitor.onTransportFeedback(b, at, length);
        }
    }

    private static void payloadFeedback(ByteBuffer b, int at, int length, int format, Visitor visitor) {
        if (format == PLI && length >= 12) {
            visitor.onKeyframeRequest(b.getInt(at + 8));
        } else if (format == FIR) {
            for (int i = at + 12; i + 8 <= at + length; i += 8) {
                visitor.onKeyframeRequest(b.getInt(i));
            }
        } else if (format == APPLICATION && length >= 20 && b.getInt(at + 12) == REMB) {
            int word = b.getInt(at + 16);
            int exponent = word >>> 18 & 0x3f;
            long mantissa = word & 0x3ffff;
            visitor.onBitrateLimit(exponent > 40 ? Long.MAX_VALUE : mantissa << exponent);
        }
    }

    private static void blocks(ByteBuffer b, int receiver, int from, int end, int count, Visitor visitor) {
        int at = from;
        for (int i = 0; i < count && at + REPORT_BLOCK <= end; i++) {
            visitor.onReportBlock(receiver, new ReportBlock(b.getInt(at), b.get(at + 4) & 0xff, b.getInt(at + 4) << 8 >> 8,
                    b.getInt(at + 8), Integer.toUnsignedLong(b.getInt(at + 12)), b.getInt(at + 16), b.getInt(at + 20)));
            at += REPORT_BLOCK;
        }
    }
}
