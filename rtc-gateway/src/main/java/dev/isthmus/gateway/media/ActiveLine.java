package dev.isthmus.gateway.media;

import dev.isthmus.gateway.sdp.RtpCapabilities;
import dev.isthmus.gateway.sdp.RtpFormat;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A media description in use: what the plan says of it, in the form in which packets ask for it. */
final class ActiveLine {
    private static final int PAYLOAD_TYPES = 128;
    private static final byte NONE = -1;
    final MediaPlan.Line plan;
    final byte[] mid;
    final int midId;
    final int ridId;
    final int repairedRidId;
    final int audioLevelId;
    final int orientationId;
    final int sendTimeId;
    final int transportNumberId;
    /** What the peer and we do for what is received. */
    final boolean nack;
    final boolean pictureLoss;
    final boolean fullIntra;
    final boolean bitrateLimit;
    private final @Nullable RtpFormat[] receives = new @Nullable RtpFormat[PAYLOAD_TYPES];
    /** Which payload type a format of repairs stands for. */
    private final byte[] repairs = new byte[PAYLOAD_TYPES];

    ActiveLine(MediaPlan.Line plan) {
        this.plan = plan;
        this.mid = plan.mid().getBytes(StandardCharsets.US_ASCII);
        this.midId = plan.extension(RtpCapabilities.MID);
        this.ridId = plan.extension(RtpCapabilities.RID);
        this.repairedRidId = plan.extension(RtpCapabilities.REPAIRED_RID);
        this.audioLevelId = plan.extension(RtpCapabilities.AUDIO_LEVEL);
        this.orientationId = plan.extension(RtpCapabilities.ORIENTATION);
        this.sendTimeId = plan.extension(RtpCapabilities.ABSOLUTE_SEND_TIME);
        this.transportNumberId = plan.extension(RtpCapabilities.TRANSPORT_NUMBER);
        this.nack = has("nack");
        this.pictureLoss = has("nack pli");
        this.fullIntra = has("ccm fir");
        this.bitrateLimit = has("goog-remb");
        Arrays.fill(repairs, NONE);
        for (RtpFormat each : plan.receives()) {
            receives[each.payloadType()] = each;
            repairs[each.payloadType()] = (byte) each.repeats();
        }
    }

    private boolean has(String feedback) {
        return plan.receives().stream().anyMatch(f -> f.feedback().contains(feedback));
    }

    /** Returns the format of a payload type, or null when it was not negotiated. */
    @Nullable
    RtpFormat format(int payloadType) {
        return receives[payloadType];
    }

    /** Returns the payload type that this one repairs, or -1 when it is none of repairs. */
    int repaired(int payloadType) {
        return repairs[payloadType];
    }

    boolean receivesAny() {
        return !plan.receives().isEmpty();
    }

    boolean sendsAny() {
        return !plan.sends().isEmpty();
    }

    MediaReceiver in() {
        return plan.in();
    }

    MediaSender out() {
        return plan.out();
    }
}
