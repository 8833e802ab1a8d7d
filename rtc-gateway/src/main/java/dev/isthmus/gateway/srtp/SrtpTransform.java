package dev.isthmus.gateway.srtp;

/**
 * The cryptography of one direction of one session. Works on a packet that lies at the start of an array; the caller has chosen the index.
 * Another provider stands behind this interface.
 */
interface SrtpTransform {
    /** Returns by how many bytes a protected RTP packet is longer. */
    int rtpOverhead();

    /** Returns by how many bytes a protected RTCP packet is longer, the index included. */
    int rtcpOverhead();

    /** Encrypts and tags an RTP packet in place; returns its new length. The index is ROC and sequence number, 48 bits. */
    int protectRtp(byte[] packet, int length, int headerLength, int ssrc, long index);

    /** Encrypts and tags a packet that was protected before, and is the same byte by byte. */
    default int repeatRtp(byte[] packet, int length, int headerLength, int ssrc, long index) {
        return protectRtp(packet, length, headerLength, ssrc, index);
    }

    /** Checks and decrypts an RTP packet in place; returns its new length, or -1 when the tag is wrong. */
    int unprotectRtp(byte[] packet, int length, int headerLength, int ssrc, long index);

    /** Encrypts and tags an RTCP packet in place, the index appended; returns its new length. */
    int protectRtcp(byte[] packet, int length, int ssrc, int index);

    /** Checks and decrypts an RTCP packet in place; returns its new length, or -1 when the tag is wrong. */
    int unprotectRtcp(byte[] packet, int length, int ssrc);
}
