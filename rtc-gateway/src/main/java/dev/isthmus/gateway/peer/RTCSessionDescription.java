package dev.isthmus.gateway.peer;

/**
 * A description and its type (webrtc-pc, section 4.6.2).
 *
 * @param type what it is
 * @param sdp its text; empty for a rollback
 */
public record RTCSessionDescription(RTCSdpType type, String sdp) {
    /** Returns the description that takes an exchange back. */
    public static RTCSessionDescription rollback() {
        return new RTCSessionDescription(RTCSdpType.ROLLBACK, "");
    }
}
