package dev.isthmus.ice.net;

import java.nio.ByteBuffer;

/** What the first byte says a packet is (RFC 7983, section 7, with the TURN channel range of RFC 9443). */
public enum PacketKind {
    STUN,
    DTLS,
    CHANNEL_DATA,
    RTP,
    RTCP,
    UNKNOWN;

    /** Returns the kind of a packet; RTCP is told from RTP by its second byte (RFC 5761, section 4). */
    public static PacketKind of(ByteBuffer buffer, int offset, int length) {
        if (length < 2) {
            return UNKNOWN;
        }
        int first = buffer.get(offset) & 0xff;
        if (first <= 3) {
            return STUN;
        }
        if (first >= 128 && first <= 191) {
            int second = buffer.get(offset + 1) & 0xff;
            return second >= 192 && second <= 223 ? RTCP : RTP;
        }
        if (first >= 20 && first <= 63) {
            return DTLS;
        }
        return first >= 64 && first <= 127 ? CHANNEL_DATA : UNKNOWN;
    }
}
