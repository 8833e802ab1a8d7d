package dev.isthmus.gateway.media;

import dev.isthmus.gateway.rtp.HeaderExtensions;
import dev.isthmus.gateway.rtp.RtpHeader;
import dev.isthmus.gateway.rtp.RtpPacket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Which sources a receiver has heard in the last ten seconds (webrtc-pc, sections 5.3.2 and 5.3.3). Written on the loop, read from any thread; what is
 * read of one source may be of two packets that follow one another.
 */
public final class RecentSources {
    /** What is known of a source that does not say how loud it is. */
    public static final int NO_LEVEL = -1;
    private static final long RECENT = TimeUnit.SECONDS.toNanos(10);
    private static final int MOST = 32;
    private static final int LEVEL = 0x7f;
    private static final int COUNT = 0x0f;

    /**
     * A source.
     *
     * @param contributing whether it is one of those that were mixed
     * @param ssrc its number
     * @param nanos when its last packet came
     * @param rtpTimestamp of that packet
     * @param level in dB below the loudest, or {@link #NO_LEVEL}
     */
    public record Heard(boolean contributing, int ssrc, long nanos, int rtpTimestamp, int level) {}

    private static final class Source {
        final boolean contributing;
        final int ssrc;
        volatile long nanos;
        volatile int rtpTimestamp;
        volatile int level = NO_LEVEL;

        Source(boolean contributing, int ssrc) {
            this.contributing = contributing;
            this.ssrc = ssrc;
        }
    }

    private final CopyOnWriteArrayList<Source> sources = new CopyOnWriteArrayList<>();

    /** Takes in a packet and the sources that it was mixed from. */
    void onPacket(RtpPacket packet) {
        ByteBuffer b = packet.buffer();
        int at = packet.audioLevelId() == 0 ? -1 : HeaderExtensions.find(b, packet.offset(), packet.audioLevelId());
        hear(false, packet.ssrc(), packet, at < 0 ? NO_LEVEL : b.get(at >>> 8) & LEVEL);
        int mixed = b.get(packet.offset()) & COUNT;
        for (int i = 0; i < mixed; i++) {
            hear(true, b.getInt(packet.offset() + RtpHeader.FIXED_LENGTH + 4 * i), packet, NO_LEVEL);
        }
    }

    private void hear(boolean contributing, int ssrc, RtpPacket packet, int level) {
        Source source = find(contributing, ssrc);
        if (source == null) {
            source = new Source(contributing, ssrc);
            source.nanos = packet.arrivedNanos();
            if (sources.size() < MOST) {
                sources.add(source);
            } else {
                sources.set(oldest(), source);
            }
        }
        source.nanos = packet.arrivedNanos();
        source.rtpTimestamp = packet.timestamp();
        source.level = level;
    }

    private int oldest() {
        int oldest = 0;
        for (int i = 1; i < sources.size(); i++) {
            oldest = sources.get(i).nanos - sources.get(oldest).nanos < 0 ? i : oldest;
        }
        return oldest;
    }

    private @Nullable Source find(boolean contributing, int ssrc) {
        for (int i = 0; i < sources.size(); i++) { // nobody else changes the list
            Source each = sources.get(i);
            if (each.ssrc == ssrc && each.contributing == contributing) {
                return each;
            }
        }
        return null;
    }

    /** Returns those of the last ten seconds, the latest first. */
    public List<Heard> heard(boolean contributing, long nowNanos) {
        List<Heard> found = new ArrayList<>();
        for (Source each : sources) {
            if (each.contributing == contributing && nowNanos - each.nanos <= RECENT) {
                found.add(new Heard(contributing, each.ssrc, each.nanos, each.rtpTimestamp, each.level));
            }
        }
        found.sort(Comparator.comparingLong((Heard h) -> nowNanos - h.nanos()));
        return found;
    }
}
