package dev.isthmus.gateway.peer;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What applications are told when a description was set, in the order of webrtc-pc, section 4.4.1.4. */
final class Effects {
    private record Placed(MediaStream stream, MediaStreamTrack track) {}

    boolean signaling;
    final List<MediaStreamTrack> muted = new ArrayList<>();
    private final List<Placed> removed = new ArrayList<>();
    private final List<Placed> added = new ArrayList<>();
    private final List<RTCTrackEvent> events = new ArrayList<>();

    void remove(MediaStream stream, MediaStreamTrack track) {
        removed.add(new Placed(stream, track));
    }

    void add(MediaStream stream, MediaStreamTrack track) {
        added.add(new Placed(stream, track));
    }

    int additions() {
        return added.size();
    }

    void track(RTCRtpTransceiver transceiver) {
        events.add(new RTCTrackEvent(transceiver, transceiver.receiver.streams));
    }

    /** Tells; on the connection's queue, without the lock. */
    void fire(EventTarget connection) {
        if (signaling) {
            connection.dispatchEvent(new Event("signalingstatechange"));
        }
        muted.forEach(t -> t.mute(true));
        removed.forEach(p -> p.stream().lose(p.track()));
        Set<MediaStream> fresh = new LinkedHashSet<>();
        added.stream().map(Placed::stream).filter(s -> s.getTracks().isEmpty()).forEach(fresh::add);
        added.forEach(p -> p.stream().gain(p.track()));
        events.forEach(connection::dispatchEvent);
        legacy(connection, fresh);
    }

    /** Streams that are new, and those of which nothing is left (the older webrtc-pc). */
    @SuppressWarnings("deprecation")
    private void legacy(EventTarget connection, Set<MediaStream> fresh) {
        fresh.forEach(s -> connection.dispatchEvent(new MediaStreamEvent("addstream", s)));
        removed.stream().map(Placed::stream).distinct().filter(s -> s.getTracks().isEmpty())
                .forEach(s -> connection.dispatchEvent(new MediaStreamEvent("removestream", s)));
    }
}
