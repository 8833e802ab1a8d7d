package dev.isthmus.gateway.peer;

import org.jspecify.annotations.Nullable;

/**
 * An error of the specification. All of them are of this one type; the name tells them apart as in a browser, {@code InvalidStateError} for
 * instance.
 */
public class WebRtcException extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final String name;

    /** Creates an error of that name. */
    public WebRtcException(String name, @Nullable String message) {
        super(message);
        this.name = name;
    }

    static WebRtcException invalidState(String why) {
        return new WebRtcException("InvalidStateError", why);
    }

    static WebRtcException invalidAccess(String why) {
        return new WebRtcException("InvalidAccessError", why);
    }

    static WebRtcException invalidModification(String why) {
        return new WebRtcException("InvalidModificationError", why);
    }

    static WebRtcException operation(String why) {
        return new WebRtcException("OperationError", why);
    }

    static WebRtcException type(String why) {
        return new WebRtcException("TypeError", why);
    }

    static WebRtcException range(String why) {
        return new WebRtcException("RangeError", why);
    }

    static WebRtcException syntax(String why) {
        return new WebRtcException("SyntaxError", why);
    }

    static WebRtcException notSupported(String why) {
        return new WebRtcException("NotSupportedError", why);
    }

    /** Returns the error's name. */
    public String name() {
        return name;
    }

    @Override
    public String toString() {
        return name + ": " + getMessage();
    }
}
