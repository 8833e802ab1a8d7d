package dev.isthmus.gateway.peer;

/** A track was added to a stream or removed from it by the peer (mediacapture-streams, section 4.2). */
public final class MediaStreamTrackEvent extends Event {
    private final MediaStreamTrack track;

    MediaStreamTrackEvent(String type, MediaStreamTrack track) {
        super(type);
        this.track = track;
    }

    /** Returns the track. */
    public MediaStreamTrack getTrack() {
        return track;
    }
}
