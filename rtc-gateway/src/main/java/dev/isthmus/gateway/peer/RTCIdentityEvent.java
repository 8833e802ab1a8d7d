package dev.isthmus.gateway.peer;

/** An assertion of our identity is there, as {@code a=identity} has it (the older webrtc-pc). */
public final class RTCIdentityEvent extends Event {
    private final String assertion;

    RTCIdentityEvent(String type, String assertion) {
        super(type);
        this.assertion = assertion;
    }

    /** Returns the assertion. */
    public String getAssertion() {
        return assertion;
    }
}
