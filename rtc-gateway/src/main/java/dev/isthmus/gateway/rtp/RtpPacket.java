package dev.isthmus.gateway.rtp;

import dev.isthmus.gateway.sdp.RtpFormat;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A flyweight over a packet of a stream, with what was negotiated about it. One object serves one packet after the other. */
public final class RtpPacket {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private ByteBuffer buffer = NOTHING;
    private int offset;
    private int header;
    private int payload;
    private @Nullable RtpFormat format;
    private long arrivedNanos;
    private int audioLevelId;
    private int orientationId;
    private int encoding;

    /** Lies over a packet; returns false when the bytes are none. */
    public boolean wrap(ByteBuffer bytes, int from, int length, RtpFormat what, long nowNanos) {
        header = RtpHeader.length(bytes, from, length);
        payload = header < 0 ? -1 : RtpHeader.payloadLength(bytes, from, length, header);
        buffer = bytes;
        offset = from;
        format = what;
        arrivedNanos = nowNanos;
        audioLevelId = 0;
        orientationId = 0;
        encoding = 0;
        return payload >= 0;
    }

    /** Says under which ids it carries a sound level and an orientation, 0 when it carries none. */
    public void extensions(int audioLevel, int orientation) {
        audioLevelId = audioLevel;
        orientationId = orientation;
    }

    /** Says which of the encodings that are sent side by side it is of. */
    public void encoding(int index) {
        encoding = index;
    }

    /** Returns which of the encodings it is of, from 0. */
    public int encoding() {
        return encoding;
    }

    /** Returns the id of the sound level, or 0. */
    public int audioLevelId() {
        return audioLevelId;
    }

    /** Returns the id of the orientation, or 0. */
    public int orientationId() {
        return orientationId;
    }

    /** Returns the bytes that the packet lies in. */
    public ByteBuffer buffer() {
        return buffer;
    }

    /** Returns where in the buffer the packet begins. */
    public int offset() {
        return offset;
    }

    /** Returns the length of the header with its extensions. */
    public int headerLength() {
        return header;
    }

    /** Returns where in the buffer the payload begins. */
    public int payloadOffset() {
        return offset + header;
    }

    /** Returns the length of the payload, without padding. */
    public int payloadLength() {
        return payload;
    }

    /** Returns what the payload is. */
    public RtpFormat format() {
        RtpFormat f = format;
        if (f == null) {
            throw new IllegalStateException("lies over nothing");
        }
        return f;
    }

    /** Returns when it arrived. */
    public long arrivedNanos() {
        return arrivedNanos;
    }

    /** Returns the marker bit. */
    public boolean marker() {
        return RtpHeader.marker(buffer, offset);
    }

    /** Returns the sequence number. */
    public int sequence() {
        return RtpHeader.sequence(buffer, offset);
    }

    /** Returns the timestamp. */
    public int timestamp() {
        return RtpHeader.timestamp(buffer, offset);
    }

    /** Returns the SSRC. */
    public int ssrc() {
        return RtpHeader.ssrc(buffer, offset);
    }
}
