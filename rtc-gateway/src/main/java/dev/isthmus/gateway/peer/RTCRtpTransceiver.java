package dev.isthmus.gateway.peer;

import dev.isthmus.gateway.media.MediaReceiver;
import dev.isthmus.gateway.media.MediaSender;
import dev.isthmus.gateway.sdp.MediaDirection;
import dev.isthmus.gateway.sdp.RtpCapabilities;
import dev.isthmus.gateway.sdp.RtpFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A sender and a receiver that share a media description (webrtc-pc, section 5.4). */
public final class RTCRtpTransceiver {
    final RTCPeerConnection connection;
    private final PeerState state;
    final String kind;
    final RTCRtpSender sender;
    final RTCRtpReceiver receiver;
    /** The media description that it is associated with, as soon as a description was applied in which it is. */
    @Nullable
    String jsepMid;
    /** What it was called in an offer that was made and perhaps not applied. */
    @Nullable
    String proposedMid;
    /** The same as applications see it. */
    @Nullable
    String mid;
    MediaDirection direction;
    @Nullable
    MediaDirection currentDirection;
    @Nullable
    MediaDirection firedDirection;
    boolean stopping;
    boolean stopped;
    /** Whether its current direction has ever been one in which it sends. */
    boolean hasSent;
    /** Whether {@link RTCPeerConnection#addTrack} has given it a track. */
    boolean byAddTrack;
    /** Whether a remote offer has made it that may yet be taken back. */
    boolean byPendingOffer;
    List<RtpFormat> preferences = List.of();
    /** What the last answer had. */
    List<RtpFormat> negotiated = List.of();
    /** The SSRCs that the peer has named. */
    List<Integer> remoteSources = List.of();
    /** Which of them repeat which others. */
    Map<Integer, Integer> remoteRepairs = Map.of();
    /** What the peer wants to receive at most, in bit/s, or 0. */
    long remoteBitrate;
    /** Whether packets of the peer are taken. */
    boolean receptive;
    @Nullable
    Transport transport;
    @Nullable
    Transport stableTransport;

    RTCRtpTransceiver(RTCPeerConnection connection, PeerState state, String kind, MediaDirection direction) {
        this.connection = connection;
        this.state = state;
        this.kind = kind;
        this.direction = direction;
        String trackId = state.host.random().token(20);
        MediaStreamTrack received = new MediaStreamTrack(kind, trackId, "remote " + kind, true, true);
        this.sender = new RTCRtpSender(state, this, new MediaSender(kind, state.host.random()));
        this.receiver = new RTCRtpReceiver(state, this, received, new MediaReceiver(kind, received));
    }

    /** Returns the media description that it is associated with, or null. */
    public @Nullable String getMid() {
        synchronized (state.lock) {
            return mid;
        }
    }

    boolean reducedSize() {
        Transport by = transport;
        return by != null && by.reducedSize;
    }

    /** Returns the sender. */
    public RTCRtpSender getSender() {
        return sender;
    }

    /** Returns the receiver. */
    public RTCRtpReceiver getReceiver() {
        return receiver;
    }

    /** Returns who is to send. */
    public RTCRtpTransceiverDirection getDirection() {
        synchronized (state.lock) {
            return stopping ? RTCRtpTransceiverDirection.STOPPED : of(direction);
        }
    }

    /** Returns who sends, as was negotiated, or null before that. */
    public @Nullable RTCRtpTransceiverDirection getCurrentDirection() {
        synchronized (state.lock) {
            MediaDirection current = currentDirection;
            return stopped ? RTCRtpTransceiverDirection.STOPPED : current == null ? null : of(current);
        }
    }

    private static RTCRtpTransceiverDirection of(MediaDirection direction) {
        return RTCRtpTransceiverDirection.valueOf(direction.name());
    }

    /**
     * Says who is to send; takes negotiation.
     *
     * @throws WebRtcException {@code InvalidStateError} when it is stopping, {@code TypeError} for {@code stopped}
     */
    public void setDirection(RTCRtpTransceiverDirection wanted) {
        synchronized (state.lock) {
            if (stopping) {
                throw WebRtcException.invalidState("the transceiver is stopping");
            }
            if (wanted == RTCRtpTransceiverDirection.STOPPED) {
                throw WebRtcException.type("a transceiver is stopped with stop()");
            }
            MediaDirection next = MediaDirection.valueOf(wanted.name());
            if (next != direction) {
                direction = next;
                connection.updateNegotiationNeeded();
            }
        }
    }

    /**
     * Stops sending and receiving for good; takes negotiation.
     *
     * @throws WebRtcException {@code InvalidStateError} when the connection is closed
     */
    public void stop() {
        synchronized (state.lock) {
            connection.checkOpen();
            if (!stopping) {
                stopSendingAndReceiving();
                connection.updateNegotiationNeeded();
            }
        }
    }

    private void stopSendingAndReceiving() {
        sender.media().stop();
        receiver.media().stop();
        sender.silence();
        state.queue.post(receiver.getTrack()::end);
        direction = MediaDirection.INACTIVE;
        stopping = true;
    }

    /** It is stopped on both sides. */
    void stopForGood() {
        if (!stopping) {
            stopSendingAndReceiving();
        }
        stopped = true;
        receptive = false;
        currentDirection = null;
    }

    /**
     * Says which codecs are offered and answered, in that order; an empty list takes that back.
     *
     * @throws WebRtcException {@code InvalidModificationError} for a codec that is not among the capabilities, or when there is nothing to see or
     *     hear among them
     */
    public void setCodecPreferences(List<RTCRtpCodec> codecs) {
        List<RtpFormat> chosen = new ArrayList<>();
        for (RTCRtpCodec each : codecs) {
            RtpFormat known = RtpCapabilities.formats(kind).stream()
                    .filter(f -> each.isFormat(kind, f) && f.parameters().toLowerCase(Locale.ROOT)
                            .equals(Objects.requireNonNullElse(each.sdpFmtpLine(), "").toLowerCase(Locale.ROOT)))
                    .findFirst().orElseThrow(() -> WebRtcException.invalidModification(each.mimeType() + " is not among the capabilities"));
            if (!chosen.contains(known)) {
                chosen.add(known);
            }
        }
        if (!codecs.isEmpty() && chosen.stream().noneMatch(RtpCapabilities::isPrimary)) {
            throw WebRtcException.invalidModification("there is nothing to see or hear among them");
        }
        synchronized (state.lock) {
            preferences = List.copyOf(chosen);
            state.revision++;
        }
    }
}
