package dev.isthmus.gateway.sctp;

import java.nio.ByteBuffer;

/**
 * What a side can do beyond RFC 9260, as its INIT says it.
 *
 * @param partial messages that are given up (RFC 3758)
 * @param reset streams that begin anew (RFC 6525)
 * @param interleaving messages whose fragments are mixed (RFC 8260)
 * @param noChecksum packets without a checksum, since DTLS has one (RFC 9653)
 */
record Capabilities(boolean partial, boolean reset, boolean interleaving, boolean noChecksum) {
    private static final int SUPPORTED_EXTENSIONS = 0x8008;
    private static final int FORWARD_TSN_SUPPORTED = 0xc000;
    private static final int ZERO_CHECKSUM = 0x8001;
    /** Error detection by DTLS (RFC 9653, section 4). */
    private static final int BY_DTLS = 1;

    /** Returns what both can do. */
    Capabilities and(Capabilities other) {
        return new Capabilities(partial && other.partial, reset && other.reset, interleaving && other.interleaving,
                noChecksum && other.noChecksum);
    }

    int bits() {
        return (partial ? 1 : 0) | (reset ? 2 : 0) | (interleaving ? 4 : 0) | (noChecksum ? 8 : 0);
    }

    static Capabilities of(int bits) {
        return new Capabilities((bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, (bits & 8) != 0);
    }

    void write(PacketWriter writer) {
        if (partial) {
            writer.close(writer.parameter(FORWARD_TSN_SUPPORTED));
        }
        int header = writer.parameter(SUPPORTED_EXTENSIONS);
        byte[] types = {(byte) Chunk.RE_CONFIG, (byte) Chunk.FORWARD_TSN, (byte) Chunk.I_DATA, (byte) Chunk.I_FORWARD_TSN};
        for (byte type : types) {
            if (has(type & 0xff)) {
                writer.bytes(new byte[]{type}, 0, 1);
            }
        }
        writer.close(header);
        if (noChecksum) {
            int zero = writer.parameter(ZERO_CHECKSUM);
            writer.int32(BY_DTLS);
            writer.close(zero);
        }
    }

    private boolean has(int type) {
        return switch (type) {
            case Chunk.RE_CONFIG -> reset;
            case Chunk.FORWARD_TSN -> partial;
            case Chunk.I_DATA -> interleaving;
            default -> interleaving && partial;
        };
    }

    /** Reads the parameters of an INIT, which are known to fill their room. */
    static Capabilities read(ByteBuffer b, int from, int end) {
        boolean partial = false;
        boolean reset = false;
        boolean interleaving = false;
        boolean zero = false;
        for (int at = from; at < end; at += Chunk.padded(Chunk.length(b, at))) {
            int length = Chunk.length(b, at);
            switch (b.getShort(at) & 0xffff) {
                case FORWARD_TSN_SUPPORTED -> partial = true;
                case ZERO_CHECKSUM -> zero |= length == 8 && b.getInt(at + 4) == BY_DTLS;
                case SUPPORTED_EXTENSIONS -> {
                    for (int i = at + 4; i < at + length; i++) {
                        partial |= (b.get(i) & 0xff) == Chunk.FORWARD_TSN;
                        reset |= (b.get(i) & 0xff) == Chunk.RE_CONFIG;
                        interleaving |= (b.get(i) & 0xff) == Chunk.I_DATA;
                    }
                }
                default -> {
                    // addresses and others that mean nothing here
                }
            }
        }
        return new Capabilities(partial, reset, interleaving, zero);
    }
}
