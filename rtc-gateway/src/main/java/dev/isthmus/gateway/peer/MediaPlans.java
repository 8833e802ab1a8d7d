package dev.isthmus.gateway.peer;

import dev.isthmus.gateway.media.MediaPlan;
import dev.isthmus.gateway.sdp.MediaDirection;
import dev.isthmus.gateway.sdp.RtpFormat;
import java.util.ArrayList;
import java.util.List;

/** What each transport is to send and receive after a description was applied. */
final class MediaPlans {
    private MediaPlans() {}

    static void configure(PeerState state) {
        for (Transport each : state.transports()) {
            List<MediaPlan.Line> lines = new ArrayList<>();
            for (RTCRtpTransceiver t : state.transceivers) {
                if (t.transport == each && !t.stopping && t.mid != null) {
                    lines.add(line(t, t.mid));
                }
            }
            each.configure(new MediaPlan(lines, each.reducedSize, mostBitrate(state, each)));
        }
    }

    /** What the peer takes of all video together, when it limits each (RFC 9429, section 5.11). */
    private static long mostBitrate(PeerState state, Transport of) {
        long sum = 0;
        for (RTCRtpTransceiver t : state.transceivers) {
            MediaDirection current = t.currentDirection;
            if (t.transport == of && !t.stopping && t.kind.equals("video") && current != null && current.sends()) {
                if (t.remoteBitrate == 0) {
                    return 0;
                }
                sum += t.remoteBitrate;
            }
        }
        return sum;
    }

    /** As long as an exchange is not over, what was agreed on before may come too. */
    private static List<RtpFormat> receives(RTCRtpTransceiver t) {
        List<RtpFormat> all = new ArrayList<>(t.receiver.codecs);
        if (t.connection.getSignalingState() != RTCSignalingState.STABLE) {
            t.receiver.stableCodecs.stream().filter(c -> all.stream().noneMatch(a -> a.payloadType() == c.payloadType())).forEach(all::add);
        }
        return List.copyOf(all);
    }

    private static MediaPlan.Line line(RTCRtpTransceiver t, String mid) {
        MediaDirection current = t.currentDirection;
        boolean sends = current != null && current.sends();
        return new MediaPlan.Line(mid, t.receptive ? receives(t) : List.of(), sends ? t.sender.codecs : List.of(),
                sends ? t.sender.extensions : t.receiver.extensions, t.remoteSources, t.remoteRepairs, t.receiver.media(),
                t.sender.media());
    }
}
