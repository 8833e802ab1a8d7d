package dev.isthmus.gateway.media;

import dev.isthmus.gateway.GatewayReason;
import dev.isthmus.gateway.dtmf.Tone;
import dev.isthmus.gateway.rtp.HeaderExtensions;
import dev.isthmus.gateway.rtp.RtpHeader;
import dev.isthmus.gateway.rtp.RtpPacket;
import dev.isthmus.ice.time.Deadline;
import dev.isthmus.ice.turn.client.TurnData;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** What a transport sends: packets of tracks under headers of our own, at once or paced, once more where they are missed, and tones. */
final class OutgoingMedia {
    private static final int LONGEST_HEADER = 256;
    private final MediaSession session;
    private final ByteBuffer scratch;
    private final HeaderExtensions.Writer extensions = new HeaderExtensions.Writer();
    private final SendRate rate = new SendRate();
    private final Tones tones;
    private @Nullable PacedQueue paced;

    OutgoingMedia(MediaSession session, ByteBuffer scratch) {
        this.session = session;
        this.scratch = scratch;
        this.tones = new Tones(session, this);
    }

    SendRate rate() {
        return rate;
    }

    Tones tones() {
        return tones;
    }

    void onTimeout(long nowNanos) {
        tones.onTimeout(nowNanos);
        PacedQueue waiting = paced;
        if (waiting != null) {
            waiting.drain(this, rate.bitsPerSecond(), nowNanos);
        }
    }

    long nextDeadline() {
        PacedQueue waiting = paced;
        return Deadline.nearer(tones.nextDeadline(), waiting == null ? Deadline.NONE : waiting.nextDeadline());
    }

    /** Sends a packet of a track. */
    void send(MediaSender sender, RtpPacket from) {
        sender.measure(from);
        ActiveLine line = sender.line;
        OutgoingStream[] streams = sender.streams();
        OutgoingStream stream = from.encoding() < streams.length ? streams[from.encoding()] : null;
        if (line == null || stream == null || !stream.active) {
            session.drop(GatewayReason.DIRECTION_INACTIVE);
            return;
        }
        if (sender.isWithheld()) {
            session.drop(GatewayReason.ISOLATED);
            return;
        }
        if (tones.isPlaying(sender)) {
            return; // the tone stands in its place
        }
        int payloadType = stream.payloadType(from.format(), line.plan);
        if (payloadType < 0) {
            session.drop(GatewayReason.UNKNOWN_PAYLOAD_TYPE);
            return;
        }
        if (from.payloadLength() > MediaSession.LONGEST - LONGEST_HEADER) {
            session.drop(GatewayReason.TOO_LONG);
            return;
        }
        if (!stream.numbers.next(from.ssrc(), from.sequence(), from.timestamp(), from.arrivedNanos())) {
            session.drop(GatewayReason.SEQUENCE_JUMP);
            return;
        }
        if (sender.isVideo() && stream.beganAnew()) {
            sender.onKeyframeRequest(); // a peer that has missed the beginning would wait for the next picture that stands by itself
        }
        put(sender, stream, line, from, payloadType);
    }

    private void put(MediaSender sender, OutgoingStream stream, ActiveLine line, RtpPacket from, int payloadType) {
        stream.line = line;
        boolean keeps = sender.isVideo() && (stream.repeats() || rate.bitsPerSecond() > 0 || line.transportNumberId > 0);
        ByteBuffer to = keeps ? stream.history().bytes : scratch;
        int at = keeps ? stream.history().room(MediaSession.LONGEST) : TurnData.HEADROOM;
        RtpHeader.write(to, at, from.marker(), payloadType, stream.numbers.sequence(), stream.numbers.timestamp(from.timestamp()),
                stream.ssrc);
        extensions.begin(to, at);
        if (!stream.known) {
            extensions.add(line.midId, line.mid);
            extensions.add(line.ridId, stream.ridBytes);
        }
        extensions.copy(line.audioLevelId, from.buffer(), from.offset(), from.audioLevelId());
        extensions.copy(line.orientationId, from.buffer(), from.offset(), from.orientationId());
        int sendTime = extensions.reserve(line.sendTimeId, 3);
        int transportNumber = extensions.reserve(line.transportNumberId, 2);
        int header = RtpHeader.FIXED_LENGTH + extensions.end(at);
        to.put(at + header, from.buffer(), from.payloadOffset(), from.payloadLength());
        int length = header + from.payloadLength();
        if (keeps) {
            stream.earnRepeats();
            long place = stream.history().add(stream.numbers.sequence(), header, length, offset(sendTime, at),
                    offset(transportNumber, at));
            queue(stream, place, false, from.arrivedNanos());
            return;
        }
        stamp(scratch, sendTime, transportNumber, length, from.arrivedNanos());
        if (session.output().send(false, scratch, at, length)) {
            session.sent().packet(sender.isVideo(), length, from.arrivedNanos());
            stream.sent(stream.numbers.sequence(), from.payloadLength(), length, from.marker(), from.arrivedNanos());
        }
    }

    /** Sends a packet of a tone. */
    void sendTone(MediaSender sender, int payloadType, Tone tone, int timestamp, long nowNanos) {
        ActiveLine line = sender.line;
        if (line == null) {
            return;
        }
        OutgoingStream stream = sender.streams()[0];
        int at = TurnData.HEADROOM;
        RtpHeader.write(scratch, at, tone.marker(), payloadType, stream.numbers.insert(nowNanos), timestamp + tone.ticks(), stream.ssrc);
        extensions.begin(scratch, at);
        if (!stream.known) {
            extensions.add(line.midId, line.mid);
        }
        int transportNumber = extensions.reserve(line.transportNumberId, 2);
        int header = RtpHeader.FIXED_LENGTH + extensions.end(at);
        scratch.putInt(at + header, tone.payload());
        stamp(scratch, -1, transportNumber, header + 4, nowNanos);
        int sequence = RtpHeader.sequence(scratch, at);
        if (session.output().send(false, scratch, at, header + 4)) {
            session.sent().packet(false, header + 4, nowNanos);
            stream.sent(sequence, 4, header + 4, false, nowNanos);
        }
    }

    private static int offset(int place, int from) {
        return place < 0 ? -1 : place - from;
    }

    private void queue(OutgoingStream stream, long place, boolean again, long nowNanos) {
        PacedQueue waiting = paced;
        if (waiting == null) {
            waiting = new PacedQueue();
            paced = waiting;
        }
        waiting.add(stream, place, again, this, rate.bitsPerSecond(), nowNanos);
        if (!waiting.isEmpty()) {
            session.output().onDeadline();
        }
    }

    void drop(GatewayReason why) {
        session.drop(why);
    }

    /** Writes what is known only when a packet leaves. */
    private void stamp(ByteBuffer buffer, int sendTime, int transportNumber, int length, long nowNanos) {
        if (sendTime >= 0) { // 24 bits with 18 behind the point, in seconds
            int time = (int) ((nowNanos / 1000 << 18) / 1_000_000L) & 0xffffff;
            buffer.put(sendTime, (byte) (time >> 16));
            buffer.putShort(sendTime + 1, (short) time);
        }
        if (transportNumber >= 0) {
            buffer.putShort(transportNumber, (short) rate.number(length, nowNanos));
        }
    }

    /** Sends a packet of a history, or repeats it. */
    void transmit(OutgoingStream stream, long place, boolean again, long nowNanos) {
        PacketHistory history = stream.history();
        int from = history.offset(place);
        int length = history.length(place);
        int at = TurnData.HEADROOM;
        if (again && stream.repairPayloadType() >= 0) {
            repair(stream, place, from, length, nowNanos);
            return;
        }
        if (!again) {
            stamp(history.bytes, absolute(history.sendTimeAt(place), from), absolute(history.transportNumberAt(place), from), length,
                    nowNanos);
        }
        scratch.put(at, history.bytes, from, length);
        int payload = length - history.header(place);
        if (again) {
            if (session.output().repeat(scratch, at, length)) {
                stream.repeated(payload, length);
            }
        } else if (session.output().send(false, scratch, at, length)) {
            session.sent().packet(true, length, nowNanos);
            boolean ends = history.bytes.get(from + 1) < 0; // the marker
            stream.sent(RtpHeader.sequence(history.bytes, from), payload, length, ends, nowNanos);
        }
    }

    private static int absolute(int offset, int from) {
        return offset < 0 ? -1 : from + offset;
    }

    /**
     * RFC 4588, section 4: a packet of the stream of repairs, with the original number in front of the payload. It says which encoding it repairs
     * (RFC 8852) until the peer knows the stream.
     */
    private void repair(OutgoingStream stream, long place, int from, int length, long nowNanos) {
        PacketHistory history = stream.history();
        ActiveLine line = stream.line;
        if (line == null) {
            return;
        }
        int at = TurnData.HEADROOM;
        boolean marker = history.bytes.get(from + 1) < 0;
        RtpHeader.write(scratch, at, marker, stream.repairPayloadType(), stream.nextRepair(), RtpHeader.timestamp(history.bytes, from),
                stream.repairSsrc);
        extensions.begin(scratch, at);
        if (!stream.repairKnown) {
            extensions.add(line.midId, line.mid);
            extensions.add(line.repairedRidId, stream.ridBytes);
        }
        extensions.copy(line.orientationId, history.bytes, from, line.orientationId);
        int sendTime = extensions.reserve(line.sendTimeId, 3);
        int transportNumber = extensions.reserve(line.transportNumberId, 2);
        int header = RtpHeader.FIXED_LENGTH + extensions.end(at);
        int original = history.header(place);
        scratch.putShort(at + header, (short) RtpHeader.sequence(history.bytes, from));
        scratch.put(at + header + 2, history.bytes, from + original, length - original);
        int repaired = header + 2 + length - original;
        stamp(scratch, sendTime, transportNumber, repaired, nowNanos);
        if (session.output().send(false, scratch, at, repaired)) {
            session.count(GatewayReason.REPEATED);
            stream.repeated(repaired - header, repaired);
        }
    }

    /** The peer misses a packet. */
    void onMissing(OutgoingStream stream, int sequence, long nowNanos) {
        long place = stream.hasHistory() ? stream.history().find(sequence, nowNanos) : -1;
        if (place < 0) {
            return;
        }
        if (stream.mayRepeat()) {
            queue(stream, place, true, nowNanos);
        } else {
            session.count(GatewayReason.TOO_MANY_REPEATS);
        }
    }
}
