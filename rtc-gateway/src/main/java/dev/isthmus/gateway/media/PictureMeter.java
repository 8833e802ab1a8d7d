package dev.isthmus.gateway.media;

import dev.isthmus.gateway.codec.PictureSize;
import dev.isthmus.gateway.rtp.RtpPacket;
import java.util.concurrent.TimeUnit;

/** How large the pictures of a source are, and how many come. */
final class PictureMeter {
    private static final int KEPT = 128;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private final long[] arrivals = new long[KEPT];
    private long frames;
    private int size;

    void onPacket(RtpPacket packet) {
        int found = PictureSize.read(packet.format().name(), packet.buffer(), packet.payloadOffset(), packet.payloadLength());
        boolean larger = (long) PictureSize.width(found) * PictureSize.height(found) > (long) width() * height();
        size = packet.encoding() == 0 && found != 0 || larger ? found : size; // of several encodings the largest
        if (packet.marker() && packet.encoding() == 0) {
            arrivals[(int) (frames++ % KEPT)] = packet.arrivedNanos();
        }
    }

    /** Returns the width in pixels, or 0 before it is known. */
    int width() {
        return PictureSize.width(size);
    }

    /** Returns the height in pixels, or 0 before it is known. */
    int height() {
        return PictureSize.height(size);
    }

    long frames() {
        return frames;
    }

    /** Returns how many have come in the last second. */
    int perSecond(long nowNanos) {
        int count = 0;
        for (long i = Math.max(0, frames - KEPT); i < frames; i++) {
            count += nowNanos - arrivals[(int) (i % KEPT)] < SECOND ? 1 : 0;
        }
        return count;
    }
}
