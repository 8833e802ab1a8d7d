package dev.isthmus.gateway.sctp;

/** A part of a message under its number. */
final class OutChunk {
    /** What has become of it. */
    enum State {
        /** It is on its way. */
        IN_FLIGHT,
        /** The peer has it, though not all before it. */
        ACKED,
        /** It is to be sent again. */
        LOST,
        /** Nobody waits for it any more. */
        ABANDONED
    }

    final long tsn;
    final OutMessage message;
    final int from;
    final int length;
    final int part;
    State state = State.IN_FLIGHT;
    int sends = 1;
    int missed;
    boolean repeatedFast;
    long sentNanos;

    OutChunk(long tsn, OutMessage message, int from, int length, int part, long nowNanos) {
        this.tsn = tsn;
        this.message = message;
        this.from = from;
        this.length = length;
        this.part = part;
        this.sentNanos = nowNanos;
    }

    boolean isLast() {
        return from + length == message.data.length;
    }

    int flags() {
        return (isLast() ? Chunk.END : 0) | (from == 0 ? Chunk.BEGIN : 0) | (message.ordered ? 0 : Chunk.UNORDERED);
    }

    /** Writes the chunk, of DATA or of I-DATA. */
    void write(PacketWriter writer, boolean mixed, boolean immediate) {
        int header = writer.open(mixed ? Chunk.I_DATA : Chunk.DATA, flags() | (immediate ? Chunk.IMMEDIATE : 0));
        writer.int32((int) tsn);
        writer.int16(message.stream);
        if (mixed) {
            writer.int16(0);
            writer.int32(message.number);
            writer.int32(from == 0 ? message.protocol : part);
        } else {
            writer.int16(message.number);
            writer.int32(message.protocol);
        }
        writer.bytes(message.data, from, length);
        writer.close(header);
    }
}
