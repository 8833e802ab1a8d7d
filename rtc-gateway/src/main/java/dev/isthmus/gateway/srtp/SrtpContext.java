package dev.isthmus.gateway.srtp;

import dev.isthmus.gateway.GatewayReason;
import dev.isthmus.gateway.rtp.RtpHeader;
import dev.isthmus.gateway.rtp.SequenceNumbers;
import dev.isthmus.ice.dtls.SrtpKeys;
import dev.isthmus.ice.dtls.SrtpProfile;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * One direction of an SRTP session (RFC 3711, section 3.2): protects what we send, or checks what we receive, for every source. Packets are
 * changed in place; the result is the new length, or -1 and a {@link #reason}. Allocates nothing of its own per packet.
 */
public final class SrtpContext {
    /** Outbound ones are never forgotten, since a number that comes back would meet its own key stream again. */
    private static final int MAX_SOURCES = 512;
    private static final int LARGEST = 2048;
    /** How much room it computes in, in bytes. */
    public static final int ROOM = LARGEST + 64;
    private static final int RTCP_HEADER = 8;

    private final SrtpTransform transform;
    private final byte[] work;
    private Source[] sources = new Source[0];
    /** The place of the source that was looked for last: packets come in trains. */
    private int recent;
    private GatewayReason reason = GatewayReason.RTP_MALFORMED;

    /** What is kept of one source. */
    private static final class Source {
        final int ssrc;
        final ReplayWindow rtp = new ReplayWindow();
        final ReplayWindow rtcp = new ReplayWindow();
        int nextRtcpIndex = 1;

        Source(int ssrc) {
            this.ssrc = ssrc;
        }
    }

    private SrtpContext(SrtpProfile profile, byte[] key, byte[] salt, byte[] work) {
        this.work = work;
        transform = profile == SrtpProfile.AEAD_AES_128_GCM ? new AesGcmTransform(key, salt) : new AesCmTransform(key, salt);
    }

    /**
     * Returns the context of what we send.
     *
     * @param work {@link #ROOM} bytes, which others of the same thread may use too
     */
    public static SrtpContext outbound(SrtpKeys keys, byte[] work) {
        return new SrtpContext(keys.profile(), keys.localKey(), keys.localSalt(), work);
    }

    /**
     * Returns the context of what the peer sends.
     *
     * @param work {@link #ROOM} bytes, which others of the same thread may use too
     */
    public static SrtpContext inbound(SrtpKeys keys, byte[] work) {
        return new SrtpContext(keys.profile(), keys.remoteKey(), keys.remoteSalt(), work);
    }

    /** Returns why the last call returned -1. */
    public GatewayReason reason() {
        return reason;
    }

    private int refuse(GatewayReason why) {
        reason = why;
        return -1;
    }

    private int indexOf(int ssrc) {
        if (recent < sources.length && sources[recent].ssrc == ssrc) {
            return recent;
        }
        for (int i = 0; i < sources.length; i++) {
            if (sources[i].ssrc == ssrc) {
                recent = i;
                return i;
            }
        }
        return -1;
    }

    private Source sourceFor(int ssrc) {
        int at = indexOf(ssrc);
        return at >= 0 ? sources[at] : new Source(ssrc);
    }

    /** A source is kept only once a packet of it was authentic. */
    private void keep(Source source) {
        if (indexOf(source.ssrc) < 0) {
            sources = Arrays.copyOf(sources, sources.length + 1);
            sources[sources.length - 1] = source;
        }
    }

    private boolean full(int ssrc) {
        return sources.length >= MAX_SOURCES && indexOf(ssrc) < 0;
    }

    /** Section 3.3.1: the index that is nearest to the highest one so far. */
    private static long index(ReplayWindow window, int sequence) {
        long highest = window.highest();
        if (highest < 0) {
            return sequence;
        }
        long index = SequenceNumbers.extend(highest, sequence);
        return index < 0 ? sequence : index;
    }

    /** Decrypts an RTP packet in place; returns its new length or -1. */
    public int unprotectRtp(ByteBuffer buffer, int offset, int length) {
        int header = RtpHeader.length(buffer, offset, length);
        if (header < 0 || length > LARGEST) {
            return refuse(GatewayReason.RTP_MALFORMED);
        }
        if (length < header + transform.rtpOverhead()) {
            return refuse(GatewayReason.SRTP_TOO_SHORT);
        }
        int ssrc = RtpHeader.ssrc(buffer, offset);
        if (full(ssrc)) {
            return refuse(GatewayReason.SRTP_TOO_MANY_SOURCES);
        }
        Source source = sourceFor(ssrc);
        long index = index(source.rtp, RtpHeader.sequence(buffer, offset));
        if (!source.rtp.admits(index)) {
            return refuse(GatewayReason.SRTP_REPLAYED);
        }
        buffer.get(offset, work, 0, length);
        int plain = transform.unprotectRtp(work, length, header, ssrc, index);
        if (plain < 0) {
            return refuse(GatewayReason.SRTP_WRONG_TAG);
        }
        keep(source);
        source.rtp.accept(index);
        buffer.put(offset + header, work, header, plain - header);
        return plain;
    }

    /** Encrypts an RTP packet in place; the buffer has room for the tag. Returns its new length or -1. */
    public int protectRtp(ByteBuffer buffer, int offset, int length) {
        return protectRtp(buffer, offset, length, false);
    }

    /**
     * Encrypts a packet once more that was encrypted before, and is the same byte by byte: so is the result. Any other packet of that number would
     * be covered by the same key stream, and gives both away.
     */
    public int repeatRtp(ByteBuffer buffer, int offset, int length) {
        return protectRtp(buffer, offset, length, true);
    }

    private int protectRtp(ByteBuffer buffer, int offset, int length, boolean again) {
        int header = RtpHeader.length(buffer, offset, length);
        if (header < 0) {
            return refuse(GatewayReason.RTP_MALFORMED);
        }
        if (length > LARGEST || offset + length + transform.rtpOverhead() > buffer.capacity()) {
            return refuse(GatewayReason.TOO_LONG);
        }
        int ssrc = RtpHeader.ssrc(buffer, offset);
        if (full(ssrc)) {
            return refuse(GatewayReason.SRTP_TOO_MANY_SOURCES);
        }
        Source source = sourceFor(ssrc);
        long index = index(source.rtp, RtpHeader.sequence(buffer, offset));
        if (source.rtp.admits(index) == again) {
            return refuse(GatewayReason.SRTP_REPLAYED); // the same key stream must never cover two packets
        }
        if (!again) {
            keep(source);
            source.rtp.accept(index);
        }
        buffer.get(offset, work, 0, length);
        int protectedLength = again
                ? transform.repeatRtp(work, length, header, ssrc, index)
                : transform.protectRtp(work, length, header, ssrc, index);
        buffer.put(offset + header, work, header, protectedLength - header);
        return protectedLength;
    }

    /** Decrypts an RTCP packet in place; returns its new length or -1. */
    public int unprotectRtcp(ByteBuffer buffer, int offset, int length) {
        if (length < RTCP_HEADER + transform.rtcpOverhead() || length > LARGEST) {
            return refuse(GatewayReason.SRTP_TOO_SHORT);
        }
        int ssrc = buffer.getInt(offset + 4);
        if (full(ssrc)) {
            return refuse(GatewayReason.SRTP_TOO_MANY_SOURCES);
        }
        Source source = sourceFor(ssrc);
        long index = rtcpIndex(buffer, offset, length);
        if (!source.rtcp.admits(index)) {
            return refuse(GatewayReason.SRTP_REPLAYED);
        }
        buffer.get(offset, work, 0, length);
        int plain = transform.unprotectRtcp(work, length, ssrc);
        if (plain < 0) {
            return refuse(GatewayReason.SRTP_WRONG_TAG);
        }
        keep(source);
        source.rtcp.accept(index);
        buffer.put(offset, work, 0, plain);
        return plain;
    }

    /** The index stands last with AES-GCM (RFC 7714, section 9.2) and before the tag otherwise. */
    private long rtcpIndex(ByteBuffer buffer, int offset, int length) {
        int at = transform instanceof AesGcmTransform ? length - 4 : length - transform.rtcpOverhead();
        return buffer.getInt(offset + at) & 0x7fffffff;
    }

    /** Encrypts an RTCP packet in place; the buffer has room. Returns its new length. */
    public int protectRtcp(ByteBuffer buffer, int offset, int length) {
        int ssrc = buffer.getInt(offset + 4);
        if (full(ssrc)) {
            return refuse(GatewayReason.SRTP_TOO_MANY_SOURCES);
        }
        Source source = sourceFor(ssrc);
        keep(source);
        buffer.get(offset, work, 0, length);
        int protectedLength = transform.protectRtcp(work, length, ssrc, source.nextRtcpIndex++);
        buffer.put(offset, work, 0, protectedLength);
        return protectedLength;
    }
}
