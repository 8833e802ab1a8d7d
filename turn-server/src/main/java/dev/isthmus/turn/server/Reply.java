package dev.isthmus.turn.server;

import dev.isthmus.ice.stun.MessageIntegrity;
import dev.isthmus.ice.stun.StunAttribute;
import dev.isthmus.ice.stun.StunMessage;
import dev.isthmus.ice.stun.StunType;
import dev.isthmus.ice.stun.StunWriter;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Writes the answers of a server into its one output buffer. */
final class Reply {
    private static final int CAPACITY = 2048;
    private final ByteBuffer out = ByteBuffer.allocateDirect(CAPACITY);
    private final StunWriter writer = new StunWriter();
    private final MessageIntegrity integrity;
    private final String software;

    Reply(MessageIntegrity integrity, String software) {
        this.integrity = integrity;
        this.software = software;
    }

    ByteBuffer buffer() {
        return out;
    }

    int length() {
        return writer.length();
    }

    /** Begins a success answer; the caller adds attributes. */
    StunWriter success(StunMessage request) {
        return writer.beginResponse(out, 0, request, StunType.SUCCESS);
    }

    /** Begins an indication. */
    StunWriter indication(int method, int transactionHigh, long transactionLow) {
        return writer.begin(out, 0, StunType.of(method, StunType.INDICATION), transactionHigh, transactionLow);
    }

    /** Begins an error answer; the caller may add attributes. */
    StunWriter error(StunMessage request, int code, String phrase) {
        return writer.beginResponse(out, 0, request, StunType.ERROR).error(code, phrase);
    }

    /** Ends the answer: signed when the request was authentic, with a fingerprint when the request had one. */
    void finish(StunMessage request, byte @Nullable [] key) {
        if (key != null) {
            writer.text(StunAttribute.SOFTWARE, software);
            writer.integrity(integrity, key);
        }
        if (request.hasFingerprint()) {
            writer.fingerprint();
        }
    }
}
