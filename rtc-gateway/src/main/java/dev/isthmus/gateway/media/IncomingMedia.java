package dev.isthmus.gateway.media;

import dev.isthmus.gateway.GatewayReason;
import dev.isthmus.gateway.rtp.HeaderExtensions;
import dev.isthmus.gateway.rtp.RtpHeader;
import dev.isthmus.gateway.rtp.RtpPacket;
import dev.isthmus.gateway.sdp.RtpFormat;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** What comes to a transport: each packet to the receiver that it is for, repetitions under the number of what they repeat. */
final class IncomingMedia {
    private final MediaSession session;
    private final RtpPacket packet = new RtpPacket();
    private @Nullable ReceiveRate receiveRate;

    IncomingMedia(MediaSession session) {
        this.session = session;
    }

    /** Returns what the way from the peer carries, where that is ours to find out. */
    @Nullable
    ReceiveRate receiveRate() {
        return receiveRate;
    }

    /** Takes an RTP packet that was found authentic. */
    void onRtp(ByteBuffer buffer, int offset, int length, long nowNanos) {
        if (RtpHeader.length(buffer, offset, length) < 0) {
            session.refuse(GatewayReason.RTP_MALFORMED);
            return;
        }
        IncomingStream stream = session.sources().of(buffer, offset);
        RtpFormat format = stream == null ? null : stream.line.format(RtpHeader.payloadType(buffer, offset));
        if (stream == null || format == null) {
            session.refuse(GatewayReason.UNKNOWN_PAYLOAD_TYPE);
            return;
        }
        if (!packet.wrap(buffer, offset, length, format, nowNanos)) {
            session.refuse(GatewayReason.RTP_MALFORMED);
            return;
        }
        number(stream, buffer, offset, length, nowNanos);
        stream.heardNanos = nowNanos;
        stream.onPacket(packet, length, nowNanos);
        int repairs = stream.line.repaired(format.payloadType());
        if (repairs >= 0) {
            onRepair(stream, repairs, buffer, offset, length, nowNanos);
        } else if (packet.payloadLength() > 0) { // else it only tries how much the way carries
            session.received().packet(stream.line.in().isVideo(), length, nowNanos);
            deliver(stream, nowNanos);
        }
    }

    private void number(IncomingStream stream, ByteBuffer buffer, int offset, int length, long nowNanos) {
        int at = stream.line.transportNumberId == 0 ? -1 : HeaderExtensions.find(buffer, offset, stream.line.transportNumberId);
        if (at >= 0 && (at & 0xff) == 2
                && session.reports().arrivals().onPacket(buffer.getShort(at >>> 8) & 0xffff, stream.ssrc, nowNanos)) {
            session.output().onDeadline();
        }
        if (at < 0 && stream.line.bitrateLimit && stream.line.sendTimeId > 0) {
            sendTime(stream, buffer, offset, length, nowNanos);
        }
    }

    private void sendTime(IncomingStream stream, ByteBuffer buffer, int offset, int length, long nowNanos) {
        int at = HeaderExtensions.find(buffer, offset, stream.line.sendTimeId);
        if (at < 0 || (at & 0xff) != 3) {
            return;
        }
        ReceiveRate limit = receiveRate;
        if (limit == null) {
            limit = new ReceiveRate();
            receiveRate = limit;
        }
        int time = (buffer.get(at >>> 8) & 0xff) << 16 | buffer.getShort((at >>> 8) + 1) & 0xffff;
        if (limit.onPacket(time, stream.ssrc, length, nowNanos)) {
            session.reports().limitBitrate();
        }
    }

    private void deliver(IncomingStream stream, long nowNanos) {
        NackList missing = stream.missing;
        if (missing != null && missing.onPacket(packet.sequence(), nowNanos)) {
            session.reports().somethingIsMissing(nowNanos);
            session.output().onDeadline();
        }
        MediaReceiver to = stream.line.in();
        if (!to.told) {
            to.told = true;
            session.output().onMedia(stream.line.plan.mid());
        }
        packet.extensions(stream.line.audioLevelId, stream.line.orientationId);
        stream.onDelivery(packet);
        to.deliver(packet);
    }

    /** RFC 4588, section 4: the first two bytes of the payload are the number of the packet that is repeated. */
    private void onRepair(IncomingStream repairs, int payloadType, ByteBuffer buffer, int offset, int length, long nowNanos) {
        IncomingStream of = session.sources().repairedBy(repairs);
        RtpFormat format = of == null ? null : of.line.format(payloadType);
        if (of == null || format == null || packet.payloadLength() < 2) {
            if (packet.payloadLength() > 0) {
                session.refuse(GatewayReason.REPAIRS_NOTHING);
            }
            return;
        }
        int original = buffer.getShort(packet.payloadOffset()) & 0xffff;
        NackList missing = of.missing;
        if (missing == null || !missing.isWanted(original)) {
            session.count(GatewayReason.REPAIRS_NOTHING);
            return;
        }
        int header = packet.headerLength();
        for (int i = header - 1; i >= 0; i--) {
            buffer.put(offset + 2 + i, buffer.get(offset + i));
        }
        int at = offset + 2;
        buffer.put(at + 1, (byte) (buffer.get(at + 1) & 0x80 | payloadType));
        buffer.putShort(at + 2, (short) original);
        buffer.putInt(at + 8, of.ssrc);
        if (packet.wrap(buffer, at, length - 2, format, nowNanos)) {
            session.count(GatewayReason.REPAIRED);
            session.received().packet(of.line.in().isVideo(), length - 2, nowNanos);
            deliver(of, nowNanos);
        }
    }
}
