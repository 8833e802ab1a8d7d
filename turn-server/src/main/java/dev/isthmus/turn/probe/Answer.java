package dev.isthmus.turn.probe;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.stun.MessageIntegrity;
import dev.isthmus.ice.stun.StunAttribute;
import dev.isthmus.ice.stun.StunMessage;
import dev.isthmus.ice.stun.StunResult;
import dev.isthmus.ice.stun.StunType;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A message of the server's. */
public record Answer(byte[] bytes, StunMessage message) {
    /** Reads a message; null when it is no STUN. */
    static @Nullable Answer of(byte[] bytes) {
        StunMessage message = new StunMessage();
        boolean ok = bytes.length >= StunMessage.HEADER_LENGTH && (bytes[0] & 0xC0) == 0
                && message.wrap(ByteBuffer.wrap(bytes), 0, bytes.length) == StunResult.OK;
        return ok ? new Answer(bytes, message) : null;
    }

    /** Returns 0 for a success and the code of an error. */
    public int code() {
        return message.messageClass() == StunType.SUCCESS ? 0 : message.errorCode();
    }

    boolean success() {
        return message.messageClass() == StunType.SUCCESS;
    }

    boolean has(int type) {
        return message.has(type);
    }

    int length(int type) {
        int at = message.find(type);
        return at < 0 ? -1 : message.valueLength(at);
    }

    @Nullable
    TransportAddress address(int type) {
        return message.xorAddress(type);
    }

    /** Whether it has either integrity attribute. */
    boolean signed() {
        return message.claimsIntegrity();
    }

    boolean signedWith(byte[] key) {
        return new MessageIntegrity().verify(message, key);
    }

    boolean signedSha256With(byte[] key) {
        return new MessageIntegrity().verifySha256(message, key);
    }

    /** The types that UNKNOWN-ATTRIBUTES lists. */
    boolean listsUnknown(int type) {
        int at = message.find(StunAttribute.UNKNOWN_ATTRIBUTES);
        for (int i = 0; at >= 0 && i + 2 <= message.valueLength(at); i += 2) {
            if ((message.buffer().getShort(at + i) & 0xffff) == type) {
                return true;
            }
        }
        return false;
    }

    /** The transaction id, as bytes. */
    static boolean sameTransaction(byte[] one, byte[] other) {
        return one.length >= 20 && other.length >= 20 && java.util.Arrays.equals(one, 4, 20, other, 4, 20);
    }
}
