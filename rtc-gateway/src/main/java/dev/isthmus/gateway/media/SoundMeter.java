package dev.isthmus.gateway.media;

import dev.isthmus.gateway.rtp.HeaderExtensions;
import dev.isthmus.gateway.rtp.RtpPacket;

/** How long and how loud a sound is, by the timestamps of its packets and the levels that they carry (RFC 6464). */
final class SoundMeter {
    private static final int LEVELS = 128;
    private static final int SILENCE = 127;
    /** A longer step of the timestamps is another beginning. */
    private static final int LONGEST_STEP_SECONDS = 10;
    /** The squares of the linear levels, by decibels below the loudest. */
    private static final double[] POWER = new double[LEVELS];

    static {
        for (int i = 0; i < SILENCE; i++) {
            POWER[i] = Math.pow(10, -i / 10.0);
        }
    }

    private boolean started;
    private boolean tells;
    private int last;
    private double seconds;
    private double energy;
    private int level = SILENCE;

    void onPacket(RtpPacket packet) {
        int at = packet.audioLevelId() == 0 ? -1 : HeaderExtensions.find(packet.buffer(), packet.offset(), packet.audioLevelId());
        if (at >= 0) {
            tells = true;
            level = packet.buffer().get(at >>> 8) & LEVELS - 1;
        }
        int rate = packet.format().clockRate();
        int step = packet.timestamp() - last;
        if (started && step <= 0 && step > -LONGEST_STEP_SECONDS * rate) {
            return; // it came late
        }
        if (started && step > 0 && step < LONGEST_STEP_SECONDS * rate) {
            double duration = (double) step / rate;
            seconds += duration;
            energy += at >= 0 ? duration * POWER[level] : 0;
        }
        started = true;
        last = packet.timestamp();
    }

    /** Returns the energy as webrtc-stats has it, or NaN when no packet says how loud it is. */
    double energy() {
        return tells ? energy : Double.NaN;
    }

    /** Returns the last level, 0 to 1, or NaN. */
    double level() {
        return tells ? Math.sqrt(POWER[level]) : Double.NaN;
    }

    double seconds() {
        return seconds;
    }
}
