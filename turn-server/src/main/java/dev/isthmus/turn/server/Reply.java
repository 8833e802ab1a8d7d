package dev.isthmus.turn.server;

import dev.isthmus.ice.stun.MessageIntegrity;
import dev.isthmus.ice.stun.StunAttribute;
import dev.isthmus.ice.stun.StunMessage;
import dev.isthmus.ice.stun.StunType;
import dev.isthmus.ice.stun.StunWriter;
import dev.isthmus.ice.turn.ErrorCode;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Writes the answers of a server into its one output buffer. */
final class Reply {
    private static final int CAPACITY = 2048;
    private final ByteBuffer out = ByteBuffer.allocateDirect(CAPACITY);
    private final StunWriter writer = new StunWriter();
    private final MessageIntegrity integrity;
    private final String software;
    private StunMessage request = new StunMessage();
    private byte @Nullable [] key;
    private boolean sha256;

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

    /** Begins the answer to a request of which nothing is proven yet. */
    void to(StunMessage asked) {
        request = asked;
        key = null;
    }

    /** What it takes to answer a request later. */
    final class Deferred {
        private final StunMessage asked = new StunMessage();
        private final byte @Nullable [] signingKey = key;
        private final boolean withSha256 = sha256;

        private Deferred() {
            byte[] copy = new byte[request.length()];
            request.buffer().get(request.start(), copy);
            asked.wrap(ByteBuffer.wrap(copy), 0, copy.length);
        }

        boolean answers(StunMessage other) {
            return asked.transactionHigh() == other.transactionHigh() && asked.transactionLow() == other.transactionLow();
        }

        /** Makes the reply one to that request again. */
        void resume() {
            to(asked);
            if (signingKey != null) {
                signed(signingKey, withSha256);
            }
        }
    }

    /** Puts the answer to the present request off. */
    Deferred defer() {
        return new Deferred();
    }

    /** From here on the answer is signed, as the request was. */
    void signed(byte[] signingKey, boolean withSha256) {
        key = signingKey;
        sha256 = withSha256;
    }

    /** Begins a success answer; the caller adds attributes. */
    StunWriter success() {
        return writer.beginResponse(out, 0, request, StunType.SUCCESS);
    }

    /** Begins an indication. */
    StunWriter indication(int method, int transactionHigh, long transactionLow) {
        return writer.begin(out, 0, StunType.of(method, StunType.INDICATION), transactionHigh, transactionLow);
    }

    /** Begins an error answer; the caller may add attributes. */
    StunWriter error(ErrorCode code) {
        return error(code, code.phrase());
    }

    /** Begins an error answer with another reason phrase, which may be empty. */
    StunWriter error(ErrorCode code, String phrase) {
        return writer.beginResponse(out, 0, request, StunType.ERROR).error(code.code(), phrase);
    }

    /** Writes a whole 420 answer. */
    void unknown(int[] types) {
        error(ErrorCode.UNKNOWN_ATTRIBUTE).unknownAttributes(types);
        finish();
    }

    /** Ends the answer: signed when the request was authentic, with a fingerprint when the request had one. */
    void finish() {
        byte[] signing = key;
        if (signing != null) {
            writer.text(StunAttribute.SOFTWARE, software);
            if (sha256) {
                writer.integritySha256(integrity, signing);
            } else {
                writer.integrity(integrity, signing);
            }
        }
        if (request.hasFingerprint()) {
            writer.fingerprint();
        }
    }
}
