package dev.isthmus.gateway.peer;

/** A tone has begun, or with an empty text all have ended (webrtc-pc, section 7.4). */
public final class RTCDTMFToneChangeEvent extends Event {
    private final String tone;

    RTCDTMFToneChangeEvent(String tone) {
        super("tonechange");
        this.tone = tone;
    }

    /** Returns the tone, a comma for a pause, or an empty text. */
    public String getTone() {
        return tone;
    }
}
