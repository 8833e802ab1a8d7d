package dev.isthmus.ice.stun;

import java.nio.ByteBuffer;

/** The FINGERPRINT attribute's value: CRC-32 (ITU V.42) XOR 0x5354554e (RFC 8489, section 14.7). */
final class Fingerprint {
    private static final int XOR = 0x5354554e;
    private static final int POLYNOMIAL = 0xEDB88320;
    private static final int[] TABLE = table();

    private Fingerprint() {}

    private static int[] table() {
        int[] table = new int[256];
        for (int i = 0; i < 256; i++) {
            int crc = i;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) == 0 ? crc >>> 1 : crc >>> 1 ^ POLYNOMIAL;
            }
            table[i] = crc;
        }
        return table;
    }

    /** Returns the value for the message's bytes before the attribute; the header's length must already count the attribute. */
    static int of(ByteBuffer buffer, int offset, int length) {
        int crc = -1;
        for (int i = offset; i < offset + length; i++) {
            crc = TABLE[(crc ^ buffer.get(i)) & 0xff] ^ crc >>> 8;
        }
        return ~crc ^ XOR;
    }
}
