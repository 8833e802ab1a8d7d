package dev.isthmus.gateway.media;

import dev.isthmus.gateway.dtmf.Tone;
import dev.isthmus.gateway.sdp.RtpFormat;
import dev.isthmus.ice.time.Deadline;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tones that senders of a transport send in place of their sound. */
final class Tones {
    private record Playing(MediaSender sender, Tone tone, RtpFormat format, int timestamp) {}

    private final MediaSession session;
    private final OutgoingMedia media;
    private final List<Playing> playing = new ArrayList<>(0);

    Tones(MediaSession session, OutgoingMedia media) {
        this.session = session;
        this.media = media;
    }

    void begin(MediaSender sender, int event, long durationNanos, long nowNanos) {
        ActiveLine line = sender.line;
        OutgoingStream stream = sender.streams()[0];
        RtpFormat format = line == null ? null : format(line, stream.numbers.clockRate());
        if (format != null) {
            playing.stream().filter(p -> p.sender() == sender).findFirst().ifPresent(p -> cutShort(p, nowNanos));
            playing.add(new Playing(sender, new Tone(event, format.clockRate(), durationNanos, nowNanos), format,
                    stream.numbers.timestampAt(nowNanos)));
            session.output().onDeadline();
        }
    }

    /** The next tone does not wait until the end of the one before was repeated. */
    private void cutShort(Playing last, long nowNanos) {
        while (last.tone().isOver() && last.tone().nextDeadline() != Deadline.NONE && last.tone().poll(last.tone().nextDeadline())) {
            media.sendTone(last.sender(), last.format().payloadType(), last.tone(), last.timestamp(), nowNanos);
        }
        playing.remove(last);
    }

    /** The one with the clock of the sound, as RFC 4733, section 2.1 wants it. */
    private static @Nullable RtpFormat format(ActiveLine line, int clockRate) {
        RtpFormat found = null;
        for (RtpFormat each : line.plan.sends()) {
            if (each.is("telephone-event") && (found == null || each.clockRate() == clockRate)) {
                found = each;
            }
        }
        return found;
    }

    /** Returns whether a sender sends a tone now, and no sound. */
    boolean isPlaying(MediaSender sender) {
        for (int i = 0; i < playing.size(); i++) {
            if (playing.get(i).sender() == sender && !playing.get(i).tone().isOver()) {
                return true;
            }
        }
        return false;
    }

    long nextDeadline() {
        long next = Deadline.NONE;
        for (int i = 0; i < playing.size(); i++) {
            next = Deadline.nearer(next, playing.get(i).tone().nextDeadline());
        }
        return next;
    }

    void onTimeout(long nowNanos) {
        for (int i = playing.size() - 1; i >= 0; i--) {
            Playing each = playing.get(i);
            while (each.tone().poll(nowNanos)) {
                media.sendTone(each.sender(), each.format().payloadType(), each.tone(), each.timestamp(), nowNanos);
            }
            if (each.tone().nextDeadline() == Deadline.NONE) {
                playing.remove(i);
            }
        }
    }
}
