package dev.isthmus.ice.ice;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.stun.MessageIntegrity;
import dev.isthmus.ice.stun.StunAttribute;
import dev.isthmus.ice.stun.StunMessage;
import dev.isthmus.ice.stun.StunType;
import dev.isthmus.ice.stun.StunWriter;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Builds the Binding requests and answers of ICE (RFC 8445, sections 7.1 and 7.3). It keeps nothing from one message to the next, so that all
 * agents of a loop share one.
 */
public final class IceMessages {
    private static final int LARGEST = 1024;
    private final MessageIntegrity integrity = new MessageIntegrity();
    private final StunWriter writer = new StunWriter();
    private final ByteBuffer scratch = ByteBuffer.allocate(LARGEST);

    /** What a request says about its sender. */
    record Sender(boolean controlling, long tieBreaker, long priority, boolean nominating) {}

    byte[] request(int high, long low, String username, byte[] key, Sender sender) {
        writer.begin(scratch, 0, StunType.of(StunType.BINDING, StunType.REQUEST), high, low);
        writer.text(StunAttribute.USERNAME, username);
        writer.int32(StunAttribute.PRIORITY, sender.priority());
        writer.int64(sender.controlling() ? StunAttribute.ICE_CONTROLLING : StunAttribute.ICE_CONTROLLED, sender.tieBreaker());
        if (sender.nominating()) {
            writer.flag(StunAttribute.USE_CANDIDATE);
        }
        return finish(key);
    }

    byte[] success(StunMessage request, TransportAddress mapped, byte[] key) {
        writer.beginResponse(scratch, 0, request, StunType.SUCCESS);
        writer.xorAddress(StunAttribute.XOR_MAPPED_ADDRESS, mapped);
        return finish(key);
    }

    byte[] error(StunMessage request, int code, String phrase, int[] unknown, byte[] key) {
        writer.beginResponse(scratch, 0, request, StunType.ERROR);
        writer.error(code, phrase);
        if (unknown.length > 0) {
            writer.unknownAttributes(unknown);
        }
        return finish(key);
    }

    private byte[] finish(byte[] key) {
        writer.integrity(integrity, key).fingerprint();
        return Arrays.copyOf(scratch.array(), writer.length());
    }

    boolean verify(StunMessage message, byte[] key) {
        return integrity.verify(message, key);
    }
}
