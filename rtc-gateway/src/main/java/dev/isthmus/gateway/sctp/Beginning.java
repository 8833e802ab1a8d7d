package dev.isthmus.gateway.sctp;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What an INIT or INIT ACK says (RFC 9260, section 3.3.2).
 *
 * @param tag what the other side is to put on its packets
 * @param window how much may be on its way, in bytes
 * @param outgoing on how many streams the writer wants to send
 * @param incoming on how many it takes something
 * @param first the number of its first data
 */
record Beginning(int tag, int window, int outgoing, int incoming, int first, Capabilities capabilities) {
    private static final int FIXED = 20;
    private static final int LEAST_WINDOW = 1500;
    private static final int COOKIE = 7;

    /** Reads it; null when nobody could work with it. */
    static @Nullable Beginning read(ByteBuffer b, int chunk, int length) {
        if (length < FIXED || !Chunk.fill(b, chunk + FIXED, chunk + length)) {
            return null;
        }
        Beginning read = new Beginning(b.getInt(chunk + 4), b.getInt(chunk + 8), b.getShort(chunk + 12) & 0xffff,
                b.getShort(chunk + 14) & 0xffff, b.getInt(chunk + 16), Capabilities.read(b, chunk + FIXED, chunk + length));
        boolean sound = read.tag != 0 && read.outgoing > 0 && read.incoming > 0 && Integer.compareUnsigned(read.window, LEAST_WINDOW) >= 0;
        return sound ? read : null;
    }

    /** Returns the cookie of an INIT ACK, or null. */
    static byte @Nullable [] cookie(ByteBuffer b, int chunk, int length) {
        for (int at = chunk + FIXED; at < chunk + length; at += Chunk.padded(Chunk.length(b, at))) {
            if ((b.getShort(at) & 0xffff) == COOKIE) {
                return Reassembly.copy(b, at + Chunk.HEADER, Chunk.length(b, at) - Chunk.HEADER);
            }
        }
        return null;
    }

    /** Writes it, with a cookie as an INIT ACK, else as an INIT. */
    void write(PacketWriter writer, byte @Nullable [] cookie) {
        int header = writer.open(cookie == null ? Chunk.INIT : Chunk.INIT_ACK, 0);
        writer.int32(tag);
        writer.int32(window);
        writer.int16(outgoing);
        writer.int16(incoming);
        writer.int32(first);
        if (cookie != null) {
            int parameter = writer.parameter(COOKIE);
            writer.bytes(cookie, 0, cookie.length);
            writer.close(parameter);
        }
        capabilities.write(writer);
        writer.close(header);
    }
}
