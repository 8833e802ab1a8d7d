package dev.isthmus.gateway.peer;

import dev.isthmus.gateway.dtmf.Tone;
import dev.isthmus.gateway.sdp.MediaDirection;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Sends tones of telephones in place of a sender's sound (webrtc-pc, section 7.2; RFC 4733). */
public final class RTCDTMFSender extends EventTarget {
    private static final long USUAL_DURATION = 100;
    private static final long USUAL_GAP = 70;
    private static final long SHORTEST_DURATION = 40;
    private static final long SHORTEST_GAP = 30;
    private static final long LONGEST = 6000;
    private static final long PAUSE = 2000;
    private final PeerState state;
    private final RTCRtpTransceiver transceiver;
    private final RTCRtpSender sender;
    private String toneBuffer = "";
    private long duration = USUAL_DURATION;
    private long gap = USUAL_GAP;
    private boolean scheduled;

    RTCDTMFSender(PeerState state, RTCRtpTransceiver transceiver, RTCRtpSender sender) {
        this.state = state;
        this.transceiver = transceiver;
        this.sender = sender;
    }

    /** Returns whether tones can be sent now. */
    public boolean getCanInsertDTMF() {
        synchronized (state.lock) {
            return transceiver.connection.getConnectionState() == RTCPeerConnectionState.CONNECTED && !transceiver.stopping
                    && sender.getTrack() != null && sends() && sender.encodings.get(0).active()
                    && sender.codecs.stream().anyMatch(c -> c.is("telephone-event"));
        }
    }

    private boolean sends() {
        MediaDirection current = transceiver.currentDirection;
        return current != null && current.sends();
    }

    /** Returns the tones that are still to be sent. */
    public String getToneBuffer() {
        synchronized (state.lock) {
            return toneBuffer;
        }
    }

    /** Sends tones of 100 ms, 70 ms apart, as {@link #insertDTMF(String, long, long)} does. */
    public void insertDTMF(String tones) {
        insertDTMF(tones, USUAL_DURATION, USUAL_GAP);
    }

    /**
     * Sends tones, in place of those that wait.
     *
     * @param tones digits, A to D, star, hash, and commas for pauses of two seconds
     * @param durationMillis of each, at least 40 and at most 6000
     * @param interToneGapMillis between them, at least 30 and at most 6000
     * @throws WebRtcException {@code InvalidStateError} when none can be sent, {@code InvalidCharacterError} for anything else than tones
     */
    public void insertDTMF(String tones, long durationMillis, long interToneGapMillis) {
        synchronized (state.lock) {
            if (!getCanInsertDTMF()) {
                throw WebRtcException.invalidState("no tones can be sent now");
            }
            String upper = tones.toUpperCase(Locale.ROOT);
            if (!upper.chars().allMatch(c -> c == ',' || Tone.event((char) c) >= 0)) {
                throw new WebRtcException("InvalidCharacterError", "tones are digits, A to D, *, # and commas");
            }
            toneBuffer = upper;
            duration = Math.clamp(durationMillis, SHORTEST_DURATION, LONGEST);
            gap = Math.clamp(interToneGapMillis, SHORTEST_GAP, LONGEST);
            if (!toneBuffer.isEmpty() && !scheduled) {
                scheduled = true;
                state.queue.post(this::play);
            }
        }
    }

    private void play() {
        String tone;
        synchronized (state.lock) {
            scheduled = false;
            if (state.closed || !sends()) {
                return;
            }
            tone = toneBuffer.isEmpty() ? "" : toneBuffer.substring(0, 1);
            if (!tone.isEmpty()) {
                toneBuffer = toneBuffer.substring(1);
                boolean pause = tone.equals(",");
                if (!pause) {
                    sender.media().tone(Tone.event(tone.charAt(0)), TimeUnit.MILLISECONDS.toNanos(duration));
                }
                scheduled = true;
                state.host.later(TimeUnit.MILLISECONDS.toNanos(pause ? PAUSE : duration + gap), () -> state.queue.post(this::play));
            }
        }
        dispatchEvent(new RTCDTMFToneChangeEvent(tone));
    }

    /** Sets the handler of {@code tonechange}. */
    public void setOntonechange(@Nullable Consumer<? super RTCDTMFToneChangeEvent> handler) {
        setHandler("tonechange", RTCDTMFToneChangeEvent.class, handler);
    }
}
