package dev.isthmus.gateway.peer;

import dev.isthmus.gateway.media.MediaReceiver;
import dev.isthmus.gateway.media.MediaReport;
import dev.isthmus.gateway.media.MediaSender;
import dev.isthmus.gateway.peer.stats.RTCAudioSourceStats;
import dev.isthmus.gateway.peer.stats.RTCCodecStats;
import dev.isthmus.gateway.peer.stats.RTCInboundRtpStreamStats;
import dev.isthmus.gateway.peer.stats.RTCOutboundRtpStreamStats;
import dev.isthmus.gateway.peer.stats.RTCPeerConnectionStats;
import dev.isthmus.gateway.peer.stats.RTCRemoteInboundRtpStreamStats;
import dev.isthmus.gateway.peer.stats.RTCRemoteOutboundRtpStreamStats;
import dev.isthmus.gateway.peer.stats.RTCStats;
import dev.isthmus.gateway.peer.stats.RTCVideoSourceStats;
import dev.isthmus.gateway.sdp.RtpFormat;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One report of a connection: what its transports have measured, under the names of webrtc-stats. With the connection's lock held. */
final class StatsBuilder {
    private static final double NANOS = 1e9;
    private static final double NANOS_A_MILLI = 1e6;
    private final PeerState state;
    private final StatsCollector names;
    private final double now;
    private final Map<String, RTCStats> all = new LinkedHashMap<>();
    private final Map<Object, List<RTCStats>> streams = new HashMap<>();

    StatsBuilder(PeerState state, StatsCollector names) {
        this.state = state;
        this.names = names;
        this.now = state.host.wallMillis();
    }

    List<RTCStats> all() {
        return List.copyOf(all.values());
    }

    List<RTCStats> of(MediaSender sender) {
        return streams.getOrDefault(sender, List.of());
    }

    List<RTCStats> of(MediaReceiver receiver) {
        return streams.getOrDefault(receiver, List.of());
    }

    void put(RTCStats stats) {
        all.put(stats.id(), stats);
    }

    void add(Map<Transport, TransportMeasurement> measured) {
        put(new RTCPeerConnectionStats(now, names.id("P", ""), state.data.counts().opened(), state.data.counts().closed()));
        measured.forEach((transport, measurement) -> new TransportStats(transport, measurement, names, this).add());
        sources(measured);
        measured.forEach(this::media);
        state.data.stats(now, names).forEach(this::put);
    }

    private void sources(Map<Transport, TransportMeasurement> measured) {
        for (RTCRtpTransceiver each : state.transceivers) {
            MediaStreamTrack track = each.sender.getTrack();
            if (track != null && !each.stopped) {
                MediaReport.Source source = measured.values().stream().flatMap(m -> m.media().sources().stream())
                        .filter(s -> s.sender() == each.sender.media()).findFirst()
                        .orElse(new MediaReport.Source(each.sender.media(), Double.NaN, Double.NaN, 0, 0, 0, 0, 0));
                put(source(track, source));
            }
        }
    }

    private RTCStats source(MediaStreamTrack track, MediaReport.Source source) {
        String id = names.id("S", track.getId());
        return track.getKind().equals("audio")
                ? new RTCAudioSourceStats(now, id, track.getId(), "audio", known(source.level()), known(source.energy()), source.seconds())
                : new RTCVideoSourceStats(now, id, track.getId(), "video", positive(source.width()), positive(source.height()),
                        source.frames(), source.framesPerSecond());
    }

    private static @Nullable Double known(double value) {
        return Double.isNaN(value) ? null : value;
    }

    private static @Nullable Integer positive(int value) {
        return value > 0 ? value : null;
    }

    private void media(Transport transport, TransportMeasurement measured) {
        Leg leg = new Leg(transport, measured);
        measured.media().incoming().forEach(leg::incoming);
        measured.media().outgoing().forEach(leg::outgoing);
    }

    /** The streams of one transport. */
    private final class Leg {
        private final TransportMeasurement measured;
        private final String transport;
        private final String number;

        Leg(Transport transport, TransportMeasurement measured) {
            this.measured = measured;
            this.number = transport.number + ":";
            this.transport = names.id("T", Integer.toString(transport.number));
        }

        private double wall(long nanos) {
            return measured.wallMillis() - (measured.nowNanos() - nanos) / NANOS_A_MILLI;
        }

        private String codec(String kind, RtpFormat f) {
            String id = names.id("C", number + kind + f);
            boolean sound = kind.equals("audio");
            put(new RTCCodecStats(measured.wallMillis(), id, f.payloadType(), transport, kind + "/" + f.name(), f.clockRate(),
                    sound ? f.channels() : null, f.parameters().isEmpty() ? null : f.parameters()));
            return id;
        }

        private void incoming(MediaReport.Incoming in) {
            RTCRtpTransceiver t = state.transceivers.stream().filter(each -> each.receiver.media() == in.receiver()).findFirst()
                    .orElse(null);
            if (t == null) {
                return;
            }
            boolean video = t.kind.equals("video");
            String codec = codec(t.kind, in.format());
            String id = names.id("I", number + in.ssrc());
            MediaReport.RemoteSender sender = in.sender();
            String remote = sender == null ? null : names.id("RO", number + in.ssrc());
            long ssrc = Integer.toUnsignedLong(in.ssrc());
            RTCStats stats = new RTCInboundRtpStreamStats(measured.wallMillis(), id, ssrc, t.kind, transport, codec, in.all().packets(),
                    in.lost(), in.jitterSeconds(), t.receiver.getTrack().getId(), in.mid(), remote, video ? in.whole() : null,
                    video ? in.whole() : null, video ? in.broken() : null, in.nacks(), video ? in.keyFrameRequests() : null,
                    in.all().bytes(), in.all().headerBytes(), 0, in.repeated().packets(), in.repeated().bytes(), known(in.energy()),
                    video ? null : in.seconds(), wall(in.lastNanos()));
            put(stats);
            streams.computeIfAbsent(in.receiver(), key -> new ArrayList<>()).add(stats);
            if (sender != null && remote != null) {
                put(new RTCRemoteOutboundRtpStreamStats(wall(sender.nanos()), remote, ssrc, t.kind, transport, codec, sender.packets(),
                        sender.bytes(), id, sender.wallMillis(), sender.reports()));
            }
        }

        private void outgoing(MediaReport.Outgoing out) {
            RTCRtpTransceiver t = state.transceivers.stream().filter(each -> each.sender.media() == out.sender()).findFirst().orElse(null);
            if (t == null) {
                return;
            }
            boolean video = t.kind.equals("video");
            RtpFormat format = out.format();
            String codec = format == null ? null : codec(t.kind, format);
            MediaStreamTrack track = t.sender.getTrack();
            String id = names.id("O", number + out.ssrc());
            MediaReport.RemoteReceiver receiver = out.receiver();
            String remote = receiver == null ? null : names.id("RI", number + out.ssrc());
            long ssrc = Integer.toUnsignedLong(out.ssrc());
            RTCStats stats = new RTCOutboundRtpStreamStats(measured.wallMillis(), id, ssrc, t.kind, transport, codec, out.all().packets(),
                    out.all().bytes(), out.all().headerBytes(), track == null ? null : names.id("S", track.getId()), remote, out.mid(),
                    out.rid().isEmpty() ? null : out.rid(), out.active(), out.repeated().packets(), out.repeated().bytes(),
                    video ? out.frames() : null, video ? out.frames() : null, out.nacks(), video ? out.keyFrameRequests() : null);
            put(stats);
            streams.computeIfAbsent(out.sender(), key -> new ArrayList<>()).add(stats);
            if (receiver != null && remote != null) {
                put(new RTCRemoteInboundRtpStreamStats(wall(receiver.nanos()), remote, ssrc, t.kind, transport, codec, receiver.received(),
                        receiver.lost(), receiver.jitterSeconds(), id,
                        receiver.roundTripNanos() < 0 ? null : receiver.roundTripNanos() / NANOS, receiver.totalRoundTripNanos() / NANOS,
                        receiver.fractionLost(), receiver.measurements()));
            }
        }
    }
}
