package dev.isthmus.gateway.media;

import java.util.Objects;
import dev.isthmus.gateway.rtp.HeaderExtensions;
import dev.isthmus.gateway.rtp.RtpHeader;
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
    private List<ActiveLine> lines = List.of();
    private List<ActiveLine> all = List.of();
    private int midId;
    private @Nullable IncomingStream last;

    /** Tells packets apart by these lines from now on. */
    void configure(List<ActiveLine> every) {
        all = every;
        lines = every.stream().filter(ActiveLine::receivesAny).toList();
        midId = lines.stream().mapToInt(l -> l.midId).filter(id -> id > 0).findFirst().orElse(0);
        last = null;
        for (IncomingStream each : List.copyOf(streams)) {
            ActiveLine now = lines.stream().filter(l -> l.plan.mid().equals(each.line.plan.mid())).findFirst().orElse(null);
            if (now == null) {
                forget(each);
            } else {
                each.line = now;
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
        if (known != null && says && HeaderExtensions.is(b, packet, midId, known.line.mid)) {
            return known; // the usual case
        }
        ActiveLine named = says ? byMid(b, packet) : null;
        if (says && named == null) {
            return null;
        }
        if (known != null) {
            known.line = named == null ? known.line : named;
            return known;
        }
        int payloadType = RtpHeader.payloadType(b, packet);
        ActiveLine line = named == null ? bySignalled(ssrc) : named;
        line = line == null ? byPayloadType(payloadType) : line;
        RtpFormat format = line == null ? null : line.format(payloadType);
        if (line == null || format == null) {
            return null;
        }
        if (streams.size() >= MOST_STREAMS) {
            forget(streams.get(0)); // the one that came first
        }
        IncomingStream made = new IncomingStream(ssrc, line, format.clockRate(), line.repaired(payloadType) >= 0);
        if (!made.repairs) {
            made.goOnFrom(line.in().recall(ssrc));
        }
        streams.add(made);
        return made;
    }

    private @Nullable ActiveLine byMid(ByteBuffer b, int packet) {
        for (int i = 0; i < lines.size(); i++) {
            if (HeaderExtensions.is(b, packet, midId, lines.get(i).mid)) {
                return lines.get(i);
            }
        }
        return null;
    }

    private @Nullable ActiveLine bySignalled(int ssrc) {
        return lines.stream().filter(l -> l.plan.remoteSources().contains(ssrc)).findFirst().orElse(null);
    }

    private @Nullable ActiveLine byPayloadType(int payloadType) {
        ActiveLine found = null;
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).format(payloadType) != null) {
                if (found != null) {
                    return null;
                }
                found = lines.get(i);
            }
        }
        return found;
    }

    /** Returns the stream that a stream of repairs belongs to: the one that was signalled, else the only one of its media description. */
    @Nullable
    IncomingStream repairedBy(IncomingStream repairs) {
        IncomingStream known = repairs.repaired;
        if (known != null && streams.contains(known)) {
            return known;
        }
        Integer signalled = repairs.line.plan.repairs().get(repairs.ssrc);
        IncomingStream found = signalled == null ? only(repairs) : bySsrc(signalled);
        repairs.repaired = found;
        return found;
    }

    private @Nullable IncomingStream only(IncomingStream repairs) {
        IncomingStream found = null;
        for (IncomingStream each : streams) {
            if (!each.repairs && each.line == repairs.line) {
                if (found != null) {
                    return null;
                }
                found = each;
            }
        }
        return found;
    }

    List<IncomingStream> streams() {
        return streams;
    }

    /** Returns what was counted of a stream, repairs included; null when there is nothing to say, or it is one of repairs itself. */
    MediaReport.@Nullable Incoming report(IncomingStream of) {
        return of.repairs ? null : of.report(streams.stream().filter(s -> s.repairs && repairedBy(s) == of).toList());
    }

    /** Returns what was counted of all streams, with those that are over. */
    List<MediaReport.Incoming> report() {
        List<MediaReport.Incoming> found = new ArrayList<>();
        streams.stream().map(this::report).filter(Objects::nonNull).map(Objects::requireNonNull).forEach(found::add);
        for (ActiveLine line : all) {
            line.in().former().stream().filter(f -> found.stream().noneMatch(a -> a.ssrc() == f.ssrc())).forEach(found::add);
        }
        return found;
    }

    void forget(IncomingStream gone) {
        IncomingStream repaired = gone.repairs ? repairedBy(gone) : null;
        if (repaired != null) {
            repaired.keepRepairs(gone);
        }
        gone.line.in().remember(report(gone));
        streams.remove(gone);
        last = null;
    }
}
