package dev.isthmus.gateway.media;

import dev.isthmus.gateway.sdp.RtpFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a session has counted, at one moment; times are those of packets, in nanoseconds. */
public record MediaReport(List<Incoming> incoming, List<Outgoing> outgoing, List<Source> sources, long bitsPerSecond) {
    /** How much of a stream. */
    public record Amount(long packets, long bytes, long headerBytes) {
        Amount plus(Amount other) {
            return new Amount(packets + other.packets, bytes + other.bytes, headerBytes + other.headerBytes);
        }
    }

    /**
     * A stream of the peer's.
     *
     * @param receiver where it goes
     * @param format of its last packet
     * @param all what has come, repetitions included
     * @param repeated what came again by a stream of repairs
     * @param lost by the numbers of its packets
     * @param jitterSeconds RFC 3550, section 6.4.1
     * @param whole pictures that came whole
     * @param broken pictures of which something stayed away
     * @param nacks requests for what was missing
     * @param keyFrameRequests requests for a picture that stands by itself
     * @param energy of the sound, NaN when the peer does not say
     * @param seconds of the sound
     * @param lastNanos when its last packet came
     * @param sender what the peer says of it, or null
     */
    public record Incoming(MediaReceiver receiver, String mid, int ssrc, RtpFormat format, Amount all, Amount repeated, long lost,
            double jitterSeconds, long whole, long broken, long nacks, long keyFrameRequests, double energy, double seconds,
            long lastNanos, @Nullable RemoteSender sender) {
        /** Returns the same with what was counted before it was over for a while. */
        Incoming after(Incoming before) {
            return new Incoming(receiver, mid, ssrc, format, all.plus(before.all), repeated.plus(before.repeated), lost + before.lost,
                    jitterSeconds, whole + before.whole, broken + before.broken, nacks + before.nacks,
                    keyFrameRequests + before.keyFrameRequests, energy + before.energy, seconds + before.seconds, lastNanos,
                    sender == null ? before.sender : sender);
        }
    }

    /** What the peer's last report says of what it sends, when that came, and how many came. */
    public record RemoteSender(long packets, long bytes, double wallMillis, long reports, long nanos) {}

    /**
     * A stream of ours.
     *
     * @param sender where it comes from
     * @param format of its last packet, or null before there was one
     * @param all what was sent, repetitions included
     * @param repeated what was sent again
     * @param frames pictures that were sent
     * @param nacks requests for what the peer misses
     * @param keyFrameRequests of the peer
     * @param receiver what the peer says of it, or null
     */
    public record Outgoing(MediaSender sender, String mid, String rid, int ssrc, boolean active, @Nullable RtpFormat format, Amount all,
            Amount repeated, long frames, long nacks, long keyFrameRequests, @Nullable RemoteReceiver receiver) {}

    /**
     * What the peer's last report says of what it receives.
     *
     * @param received packets, by the highest number and what is lost
     * @param jitterSeconds RFC 3550, section 6.4.1
     * @param fractionLost 0 to 1
     * @param roundTripNanos the last one, or -1
     * @param totalRoundTripNanos of all measurements
     * @param measurements of the round trip
     * @param nanos when the report came
     */
    public record RemoteReceiver(long received, long lost, double jitterSeconds, double fractionLost, long roundTripNanos,
            long totalRoundTripNanos, long measurements, long nanos) {}

    /**
     * What a track has brought to a sender since that has a session.
     *
     * @param energy of its sound, NaN when nothing says so
     * @param level of its sound, 0 to 1, or NaN
     * @param seconds of its sound
     * @param width of its pictures in pixels, or 0
     * @param height of its pictures in pixels, or 0
     */
    public record Source(MediaSender sender, double energy, double level, double seconds, int width, int height, long frames,
            int framesPerSecond) {}

    /** Nothing. */
    public static final MediaReport NONE = new MediaReport(List.of(), List.of(), List.of(), 0);
}
