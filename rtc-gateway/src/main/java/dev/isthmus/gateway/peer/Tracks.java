package dev.isthmus.gateway.peer;

import dev.isthmus.gateway.sdp.MediaDirection;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Which tracks a connection sends, and by which transceivers (webrtc-pc, section 5.1). With the connection's lock held. */
final class Tracks {
    private final RTCPeerConnection connection;
    private final PeerState state;

    Tracks(RTCPeerConnection connection, PeerState state) {
        this.connection = connection;
        this.state = state;
    }

    RTCRtpSender add(MediaStreamTrack track, List<MediaStream> streams) {
        if (connection.getSenders().stream().anyMatch(s -> track.equals(s.getTrack()))) {
            throw WebRtcException.invalidAccess("the track is sent already");
        }
        RTCRtpTransceiver idle = state.transceivers.stream()
                .filter(t -> !t.stopping && !t.hasSent && t.kind.equals(track.getKind()) && t.sender.getTrack() == null).findFirst()
                .orElse(null);
        RTCRtpTransceiver used = idle == null ? new RTCRtpTransceiver(connection, state, track.getKind(), MediaDirection.SENDRECV) : idle;
        used.sender.track(track);
        used.sender.streams(streams);
        used.direction = MediaDirection.of(true, used.direction.receives());
        used.byAddTrack = true;
        if (idle == null) {
            state.transceivers.add(used);
        }
        connection.updateNegotiationNeeded();
        return used.sender;
    }

    /** Sends all tracks of a stream that are not sent yet. */
    void add(MediaStream stream) {
        List<MediaStreamTrack> sent = connection.getSenders().stream().map(RTCRtpSender::getTrack).filter(Objects::nonNull)
                .map(Objects::requireNonNull).toList();
        stream.getTracks().stream().filter(track -> !sent.contains(track)).forEach(track -> connection.addTrack(track, stream));
    }

    /** Returns the stream with that id, of ours that are sent or else of the peer's, or null. */
    @Nullable
    MediaStream stream(String id) {
        return Stream
                .concat(connection.getSenders().stream().filter(s -> s.getTrack() != null).flatMap(s -> s.streams().stream()),
                        connection.getReceivers().stream().flatMap(r -> r.streams.stream()))
                .filter(s -> s.getId().equals(id)).findFirst().orElse(null);
    }

    void remove(RTCRtpSender sender) {
        if (!sender.isOf(state)) {
            throw WebRtcException.invalidAccess("the sender belongs to another connection");
        }
        RTCRtpTransceiver t = state.transceivers.stream().filter(each -> each.sender == sender).findFirst().orElse(null);
        if (t != null && !t.stopping && sender.getTrack() != null) {
            sender.track(null);
            t.direction = t.direction.and(MediaDirection.RECVONLY);
            connection.updateNegotiationNeeded();
        }
    }

    RTCRtpTransceiver addTransceiver(String kind, @Nullable MediaStreamTrack track, RTCRtpTransceiverInit init) {
        if (!kind.equals("audio") && !kind.equals("video")) {
            throw WebRtcException.type("a transceiver is of audio or video");
        }
        if (init.direction() == RTCRtpTransceiverDirection.STOPPED) {
            throw WebRtcException.type("a transceiver does not begin stopped");
        }
        connection.checkOpen();
        List<RTCRtpEncodingParameters> encodings = Encodings.validated(kind, init.sendEncodings());
        RTCRtpTransceiver made = new RTCRtpTransceiver(connection, state, kind, MediaDirection.valueOf(init.direction().name()));
        made.sender.track(track);
        made.sender.encodings(encodings);
        made.sender.streams(init.streams());
        state.transceivers.add(made);
        connection.updateNegotiationNeeded();
        return made;
    }
}
