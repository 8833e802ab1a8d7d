package dev.isthmus.gateway.peer;

import java.util.Locale;

/** In what messages of bytes are handed over (webrtc-pc, section 6.2). */
public enum BinaryType {
    /** A read-only {@link java.nio.ByteBuffer}, as something that is not touched is handed on. */
    BLOB,
    /** A {@code byte[]}. */
    ARRAYBUFFER;

    /** Returns the word of the specification. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
