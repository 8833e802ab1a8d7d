package dev.isthmus.gateway.peer;

/** A message came (HTML, section 9.1; webrtc-pc, section 6.2.8). */
public final class MessageEvent extends Event {
    private final Object data;

    MessageEvent(Object data) {
        super("message");
        this.data = data;
    }

    /** Returns the message: a {@link String}, or what {@link RTCDataChannel#getBinaryType} says. */
    public Object getData() {
        return data;
    }
}
