package dev.isthmus.ice.support;

import dev.isthmus.ice.sim.SeededRandom;
import dev.isthmus.ice.stun.MessageIntegrity;
import dev.isthmus.ice.stun.StunWriter;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Makes malformed datagrams out of valid ones. STUN messages are changed attribute by attribute and then get their length, integrity and
 * fingerprint computed again, so that they pass the first checks and reach the code behind them.
 */
public final class StunMutator {
    private static final int INTEGRITY = 0x0008;
    private static final int FINGERPRINT = 0x8028;
    private final SeededRandom random;
    private final MessageIntegrity integrity = new MessageIntegrity();
    private final StunWriter writer = new StunWriter();
    private final ByteBuffer out = ByteBuffer.allocate(4096);

    public StunMutator(SeededRandom random) {
        this.random = random;
    }

    /** Returns a changed copy whose frame, integrity and fingerprint are right. */
    public byte[] resigned(byte[] valid, byte[] key) {
        ByteBuffer in = ByteBuffer.wrap(valid);
        int type = in.getShort(0) & 0x3fff;
        writer.begin(out, 0, random.below(40) == 0 ? random.below(0x4000) : type, random.nextInt(), random.nextLong());
        boolean signed = false;
        for (int at = 20; at + 4 <= valid.length;) {
            int attribute = in.getShort(at) & 0xffff;
            int length = in.getShort(at + 2) & 0xffff;
            byte[] value = Arrays.copyOfRange(valid, at + 4, Math.min(valid.length, at + 4 + length));
            at += 4 + (length + 3 & ~3);
            signed |= attribute == INTEGRITY;
            if (attribute != INTEGRITY && attribute != FINGERPRINT) {
                attribute(attribute, value);
            }
        }
        if (signed && random.below(20) != 0) {
            writer.integrity(integrity, key);
        }
        if (random.below(4) != 0) {
            writer.fingerprint();
        }
        return Arrays.copyOf(out.array(), writer.length());
    }

    private void attribute(int attribute, byte[] value) {
        switch (random.below(16)) {
            case 0 -> {
                // left out
            }
            case 1 -> {
                writer.bytes(attribute, value);
                writer.bytes(attribute, value);
            }
            case 2 -> writer.bytes(attribute, random.bytes(random.below(64)));
            case 3 -> writer.bytes(attribute, Arrays.copyOf(value, random.below(value.length + 1)));
            case 4 -> writer.bytes(random.below(0x10000), value);
            case 5, 6 -> {
                byte[] changed = value.clone();
                if (changed.length > 0) {
                    changed[random.below(changed.length)] ^= (byte) (1 << random.below(8));
                }
                writer.bytes(attribute, changed);
            }
            default -> writer.bytes(attribute, value);
        }
    }

    /** Returns a copy with bytes changed, inserted, cut or appended; nothing is put right. */
    public byte[] raw(byte[] valid) {
        byte[] changed = Arrays.copyOf(valid, Math.max(1, valid.length + random.below(9) - 4));
        for (int n = random.below(4); n >= 0; n--) {
            changed[random.below(changed.length)] = (byte) random.nextInt();
        }
        return random.below(8) == 0 ? Arrays.copyOf(changed, random.below(changed.length) + 1) : changed;
    }
}
