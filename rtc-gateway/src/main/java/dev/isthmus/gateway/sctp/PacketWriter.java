package dev.isthmus.gateway.sctp;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Puts a packet together, chunk by chunk. */
final class PacketWriter {
    private static final int CHECKSUM = 8;
    private final CRC32C crc = new CRC32C();
    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private int start;
    private int at;
    private int limit;

    /** Begins a packet of at most so many bytes. */
    void begin(ByteBuffer target, int offset, int most, int ports, int tag) {
        buffer = target;
        start = offset;
        limit = offset + most;
        buffer.putInt(offset, ports);
        buffer.putInt(offset + 4, tag);
        at = offset + Chunk.PACKET_HEADER;
    }

    boolean isEmpty() {
        return at == start + Chunk.PACKET_HEADER;
    }

    /** Returns how many bytes a further chunk may have, with its header. */
    int room() {
        return limit - at & ~3;
    }

    /** Begins a chunk; returns where its header stands. */
    int open(int type, int flags) {
        buffer.put(at, (byte) type);
        buffer.put(at + 1, (byte) flags);
        at += Chunk.HEADER;
        return at - Chunk.HEADER;
    }

    void int32(int value) {
        buffer.putInt(at, value);
        at += 4;
    }

    void int16(int value) {
        buffer.putShort(at, (short) value);
        at += 2;
    }

    void bytes(byte[] from, int offset, int length) {
        buffer.put(at, from, offset, length);
        at += length;
    }

    /** Ends a chunk, or a parameter in one. */
    void close(int header) {
        buffer.putShort(header + 2, (short) (at - header));
        while ((at - header & 3) != 0) {
            buffer.put(at++, (byte) 0);
        }
    }

    /** Begins a parameter; returns where its header stands. */
    int parameter(int type) {
        buffer.putShort(at, (short) type);
        at += 4;
        return at - 4;
    }

    /** Ends the packet and returns its length; the checksum may be left out where the peer takes that (RFC 9653). */
    int end(boolean checksum) {
        buffer.putInt(start + CHECKSUM, 0);
        if (checksum) {
            buffer.putInt(start + CHECKSUM, Integer.reverseBytes(crc(buffer, start, at - start)));
        }
        return at - start;
    }

    private int crc(ByteBuffer b, int offset, int length) {
        crc.reset();
        crc.update(b.slice(offset, length));
        return (int) crc.getValue();
    }

    /** Returns whether the checksum of a packet that arrived is right; its place holds it again afterwards. */
    boolean isIntact(ByteBuffer b, int offset, int length) {
        int told = b.getInt(offset + CHECKSUM);
        b.putInt(offset + CHECKSUM, 0);
        int found = Integer.reverseBytes(crc(b, offset, length));
        b.putInt(offset + CHECKSUM, told);
        return told == found;
    }
}
