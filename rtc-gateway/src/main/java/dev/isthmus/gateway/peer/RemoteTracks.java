package dev.isthmus.gateway.peer;

import dev.isthmus.gateway.sdp.MediaDirection;
import dev.isthmus.gateway.sdp.MediaSection;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The peer's tracks and streams (webrtc-pc, section 5.1.1). Under the connection's lock. */
final class RemoteTracks {
    private final PeerState state;
    private @Nullable String defaultStream;

    RemoteTracks(PeerState state) {
        this.state = state;
    }

    /** Returns the streams that a media description of the peer puts its track into; one for all when it says nothing of streams. */
    List<String> streams(MediaSection theirs) {
        if (theirs.namesStreams() || !theirs.direction().sends()) {
            return theirs.streams();
        }
        String id = defaultStream;
        if (id == null) {
            id = state.host.random().token(20);
            defaultStream = id;
        }
        return List.of(id);
    }

    /** Processes a remote track: the direction is ours. */
    void process(RTCRtpTransceiver t, @Nullable MediaDirection direction, List<String> streamIds, Effects effects) {
        int before = effects.additions();
        associate(t, streamIds, effects);
        MediaDirection fired = t.firedDirection;
        boolean wasReceiving = fired != null && fired.receives();
        boolean receives = direction != null && direction.receives();
        if (receives && (!wasReceiving || effects.additions() > before)) {
            effects.track(t);
        }
        if (!receives) {
            t.receptive = false;
        }
        if (!receives && wasReceiving) {
            silence(t, effects);
        }
        t.firedDirection = direction;
    }

    /** The peer does not send a track any more. */
    void silence(RTCRtpTransceiver t, Effects effects) {
        if (!t.receiver.getTrack().isMuted()) {
            effects.muted.add(t.receiver.getTrack());
        }
    }

    /** Puts a track into those streams and no others. */
    void associate(RTCRtpTransceiver t, List<String> streamIds, Effects effects) {
        List<MediaStream> streams = new ArrayList<>();
        streamIds.forEach(id -> streams.add(state.remoteStreams.computeIfAbsent(id, MediaStream::new)));
        MediaStreamTrack track = t.receiver.getTrack();
        t.receiver.streams.stream().filter(s -> !streams.contains(s)).forEach(s -> effects.remove(s, track));
        streams.stream().filter(s -> !t.receiver.streams.contains(s)).forEach(s -> effects.add(s, track));
        t.receiver.streams = streams;
        state.remoteStreams.values().removeIf(s -> state.transceivers.stream().noneMatch(each -> each.receiver.isIn(s)));
    }
}
