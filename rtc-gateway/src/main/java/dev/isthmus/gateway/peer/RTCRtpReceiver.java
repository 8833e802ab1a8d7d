package dev.isthmus.gateway.peer;

import java.util.concurrent.CompletableFuture;
import dev.isthmus.gateway.peer.stats.RTCStatsReport;
import dev.isthmus.gateway.media.MediaReceiver;
import dev.isthmus.gateway.media.RecentSources;
import dev.isthmus.gateway.sdp.HeaderExtension;
import dev.isthmus.gateway.sdp.RtpFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Receives a track (webrtc-pc, section 5.3). */
public final class RTCRtpReceiver {
    private static final double NANOS_A_MILLI = 1e6;
    private static final int SILENCE = 127;
    private final PeerState state;
    private final RTCRtpTransceiver transceiver;
    private final MediaStreamTrack track;
    private final MediaReceiver media;
    List<MediaStream> streams = List.of();
    List<MediaStream> stableStreams = List.of();
    List<RtpFormat> codecs = List.of();
    List<RtpFormat> stableCodecs = List.of();
    List<HeaderExtension> extensions = List.of();

    RTCRtpReceiver(PeerState state, RTCRtpTransceiver transceiver, MediaStreamTrack track, MediaReceiver media) {
        this.state = state;
        this.transceiver = transceiver;
        this.track = track;
        this.media = media;
        track.onKeyframeRequest(t -> media.requestKeyframe());
    }

    MediaReceiver media() {
        return media;
    }

    /** Returns whether its track is in a stream, or may be again when an exchange is taken back. */
    boolean isIn(MediaStream stream) {
        return streams.contains(stream) || stableStreams.contains(stream);
    }

    /** Returns the track, which is the same for as long as the receiver is there. */
    public MediaStreamTrack getTrack() {
        return track;
    }

    /** Returns the transport by which it receives, or null before a description was applied. */
    public @Nullable RTCDtlsTransport getTransport() {
        synchronized (state.lock) {
            Transport transport = transceiver.transport;
            return transport == null ? null : transport.dtls;
        }
    }

    /** Returns what can be received of a kind, or null when there is no such kind. */
    public static @Nullable RTCRtpCapabilities getCapabilities(String kind) {
        return RTCRtpCapabilities.of(kind);
    }

    /** Returns what was negotiated. */
    public RTCRtpParameters getParameters() {
        synchronized (state.lock) {
            return new RTCRtpParameters("", List.of(), RTCRtpSender.headers(extensions), "", transceiver.reducedSize(),
                    codecs.stream().map(c -> RTCRtpParameters.CodecParameters.of(transceiver.kind, c)).toList());
        }
    }

    /** Collects what was counted of what it receives, and all that this refers to. */
    public CompletableFuture<RTCStatsReport> getStats() {
        return state.stats.of(media);
    }

    /** Returns the sources that were mixed into what it has received in the last ten seconds, the latest first. */
    public List<RTCRtpContributingSource> getContributingSources() {
        return heard(true, RTCRtpContributingSource::new);
    }

    /** Returns the sources that it has received packets of in the last ten seconds, the latest first. */
    public List<RTCRtpSynchronizationSource> getSynchronizationSources() {
        return heard(false, RTCRtpSynchronizationSource::new);
    }

    private interface Making<T> {
        T make(double timestamp, long source, @Nullable Double audioLevel, long rtpTimestamp);
    }

    private <T> List<T> heard(boolean contributing, Making<T> making) {
        long now = state.host.nanos();
        long wall = state.host.wallMillis();
        return media.sources().heard(contributing, now).stream()
                .map(h -> making.make(wall - (now - h.nanos()) / NANOS_A_MILLI, Integer.toUnsignedLong(h.ssrc()), level(h.level()),
                        Integer.toUnsignedLong(h.rtpTimestamp())))
                .toList();
    }

    /** RFC 6464, section 3: dB below the loudest, the quietest of which is silence. */
    private static @Nullable Double level(int below) {
        return below == RecentSources.NO_LEVEL ? null : (Double) (below == SILENCE ? 0 : Math.pow(10, -below / 20.0));
    }
}
