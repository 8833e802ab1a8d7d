package dev.isthmus.gateway.peer;

/** An error of a transport (webrtc-pc, section 11.3). */
public final class RTCErrorEvent extends Event {
    private final RTCError error;

    RTCErrorEvent(RTCError error) {
        super("error");
        this.error = error;
    }

    /** Returns the error. */
    public RTCError getError() {
        return error;
    }
}
