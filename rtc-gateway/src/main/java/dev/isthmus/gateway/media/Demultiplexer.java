package dev.isthmus.gateway.media;

import dev.isthmus.gateway.rtp.HeaderExtensions;
import dev.isthmus.gateway.rtp.RtpHeader;
import dev.isthmus.gateway.sdp.RtpCapabilities;
import dev.isthmus.gateway.sdp.RtpFormat;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the media description that a packet belongs to (RFC 9143, section 9.2): by the mid that it carries, by its SSRC when an earlier packet
 * or the description has told where that belongs, or by its payload type when only one media description has that.
 */
final class Demultiplexer {
    private static final int MOST_STREAMS = 64;
    private final List<IncomingStream> streams = new ArrayList<>();
    private List<MediaPlan.Line> lines = List.of();
    private int midId;
    private @Nullable IncomingStream last;

    /** Tells packets apart by this plan from now on. */
    void configure(MediaPlan plan) {
        lines = plan.lines().stream().filter(l -> !l.receives().isEmpty()).toList();
        midId = lines.stream().mapToInt(l -> l.extension(RtpCapabilities.MID)).filter(id -> id > 0).findFirst().orElse(0);
        last = null;
        for (IncomingStream each : List.copyOf(streams)) {
            MediaPlan.Line now = lines.stream().filter(l -> l.mid().equals(each.line.mid())).findFirst().orElse(null);
            if (now == null) {
                streams.remove(each);
            } else {
                each.belongsTo(now);
            }
        }
    }

    /** Returns the source of a packet, or null when it belongs nowhere or there are too many. */
    @Nullable
    IncomingStream of(ByteBuffer b, int packet) {
        int ssrc = RtpHeader.ssrc(b, packet);
        IncomingStream known = last != null && last.ssrc == ssrc ? last : bySsrc(ssrc);
        if (known == null || midId > 0 && HeaderExtensions.find(b, packet, midId) >= 0) {
            known = place(known, b, packet, ssrc);
        }
        last = known;
        return known;
    }

    @Nullable
    IncomingStream bySsrc(int ssrc) {
        for (int i = 0; i < streams.size(); i++) {
            if (streams.get(i).ssrc == ssrc) {
                return streams.get(i);
            }
        }
        return null;
    }

    private @Nullable IncomingStream place(@Nullable IncomingStream known, ByteBuffer b, int packet, int ssrc) {
        boolean says = HeaderExtensions.find(b, packet, midId) >= 0;
        if (known != null && says && HeaderExtensions.is(b, packet, midId, known.mid)) {
            return known; // the usual case
        }
        MediaPlan.Line named = byMid(b, packet);
        if (says && named == null) {
            return null;
        }
        if (known != null) {
            known.belongsTo(named == null ? known.line : named);
            return known;
        }
        int payloadType = RtpHeader.payloadType(b, packet);
        MediaPlan.Line line = named == null ? bySignalled(ssrc) : named;
        line = line == null && !says ? byPayloadType(payloadType) : line;
        RtpFormat format = line == null ? null : format(line, payloadType);
        if (line == null || format == null) {
            return null;
        }
        if (streams.size() >= MOST_STREAMS) {
            streams.remove(0); // the one that came first
        }
        IncomingStream made = new IncomingStream(ssrc, line, format.clockRate());
        streams.add(made);
        return made;
    }

    private MediaPlan.@Nullable Line byMid(ByteBuffer b, int packet) {
        String mid = HeaderExtensions.text(b, packet, midId);
        return mid == null ? null : lines.stream().filter(l -> l.mid().equals(mid)).findFirst().orElse(null);
    }

    private MediaPlan.@Nullable Line bySignalled(int ssrc) {
        return lines.stream().filter(l -> l.remoteSources().contains(ssrc)).findFirst().orElse(null);
    }

    private MediaPlan.@Nullable Line byPayloadType(int payloadType) {
        List<MediaPlan.Line> having = lines.stream().filter(l -> format(l, payloadType) != null).toList();
        return having.size() == 1 ? having.get(0) : null;
    }

    static @Nullable RtpFormat format(MediaPlan.Line line, int payloadType) {
        List<RtpFormat> formats = line.receives();
        for (int i = 0; i < formats.size(); i++) {
            if (formats.get(i).payloadType() == payloadType) {
                return formats.get(i);
            }
        }
        return null;
    }

    List<IncomingStream> streams() {
        return streams;
    }

    void forget(int ssrc) {
        streams.removeIf(s -> s.ssrc == ssrc);
        last = null;
    }
}
