package dev.isthmus.gateway.peer;

import dev.isthmus.gateway.peer.net.PeerNetwork;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Tracks that belong together (mediacapture-streams, section 4.2). */
public final class MediaStream extends EventTarget {
    private final String id;
    private final List<MediaStreamTrack> tracks = new CopyOnWriteArrayList<>();

    /** Creates a stream with an id of its own. */
    public MediaStream(MediaStreamTrack... tracks) {
        this(PeerNetwork.newId(), tracks);
    }

    /** Creates a stream with that id. */
    public MediaStream(String id, MediaStreamTrack... tracks) {
        this.id = id;
        for (MediaStreamTrack each : tracks) {
            addTrack(each);
        }
    }

    /** Returns the id. */
    public String getId() {
        return id;
    }

    /** Returns the tracks. */
    public List<MediaStreamTrack> getTracks() {
        return List.copyOf(tracks);
    }

    /** Returns the tracks with sound. */
    public List<MediaStreamTrack> getAudioTracks() {
        return tracks.stream().filter(t -> t.getKind().equals("audio")).toList();
    }

    /** Returns the tracks with pictures. */
    public List<MediaStreamTrack> getVideoTracks() {
        return tracks.stream().filter(t -> t.getKind().equals("video")).toList();
    }

    /** Returns the track with that id, or null. */
    public @Nullable MediaStreamTrack getTrackById(String trackId) {
        return tracks.stream().filter(t -> t.getId().equals(trackId)).findFirst().orElse(null);
    }

    /** Adds a track; no event tells of that. */
    public void addTrack(MediaStreamTrack track) {
        if (!tracks.contains(track)) {
            tracks.add(track);
        }
    }

    /** Removes a track; no event tells of that. */
    public void removeTrack(MediaStreamTrack track) {
        tracks.remove(track);
    }

    /** Returns whether a track still has a source. */
    public boolean isActive() {
        return tracks.stream().anyMatch(t -> t.getReadyState() == MediaStreamTrackState.LIVE);
    }

    /** The peer has put a track into it. */
    void gain(MediaStreamTrack track) {
        if (!tracks.contains(track)) {
            tracks.add(track);
            dispatchEvent(new MediaStreamTrackEvent("addtrack", track));
        }
    }

    /** The peer has taken a track out of it. */
    void lose(MediaStreamTrack track) {
        if (tracks.remove(track)) {
            dispatchEvent(new MediaStreamTrackEvent("removetrack", track));
        }
    }

    /** Sets the handler of {@code addtrack}. */
    public void setOnAddtrack(@Nullable Consumer<? super MediaStreamTrackEvent> handler) {
        setHandler("addtrack", MediaStreamTrackEvent.class, handler);
    }

    /** Sets the handler of {@code removetrack}. */
    public void setOnRemovetrack(@Nullable Consumer<? super MediaStreamTrackEvent> handler) {
        setHandler("removetrack", MediaStreamTrackEvent.class, handler);
    }
}
