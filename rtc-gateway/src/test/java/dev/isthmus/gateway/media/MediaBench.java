package dev.isthmus.gateway.media;

import dev.isthmus.gateway.GatewayReason;
import dev.isthmus.gateway.rate.SimulatedLink;
import dev.isthmus.gateway.rtp.NtpClock;
import dev.isthmus.gateway.rtp.RtcpWriter;
import dev.isthmus.gateway.rtp.RtpHeader;
import dev.isthmus.gateway.rtp.RtpPacket;
import dev.isthmus.gateway.sdp.HeaderExtension;
import dev.isthmus.gateway.sdp.RtpCapabilities;
import dev.isthmus.gateway.sdp.RtpFormat;
import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.sim.SeededRandom;
import dev.isthmus.ice.time.Deadline;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.IntPredicate;

/** Two media sessions with a way between them, in virtual time and without protection: what one sends the other receives. */
final class MediaBench {
    static final long MILLI = 1_000_000L;
    static final long SECOND = 1000 * MILLI;
    static final RtpFormat OPUS = new RtpFormat(111, "opus", 48000, 2, "", List.of("transport-cc"));
    private static final int HEADROOM = 128;

    /** A packet on its way. */
    private record Flying(long at, long order, Side to, boolean rtcp, byte[] bytes) {}

    /** What came out of a receiver. */
    record Heard(int sequence, int timestamp, int payloadType, byte[] payload) {}

    private final PriorityQueue<Flying> flying = new PriorityQueue<>(Comparator.comparingLong(Flying::at).thenComparingLong(Flying::order));
    private final SeededRandom random = new SeededRandom(11);
    private final NtpClock clock;
    private long order;
    long now = SECOND;
    final SimulatedLink forth;
    final Side sender = new Side();
    final Side receiver = new Side();
    /** Which RTP packets from the sender are lost, by their count from 0. */
    IntPredicate lost = n -> false;
    /** What the description of the peer takes, or 0. */
    long mostBitrate;
    /** Nothing arrives any more. */
    boolean cut;
    /** How many RTP packets the sender has sent. */
    int sent;

    /** One end. */
    final class Side implements MediaSession.Output {
        final Counters<GatewayReason> counters = new Counters<>(GatewayReason.class);
        final List<Heard> heard = new ArrayList<>();
        final List<byte[]> rtp = new ArrayList<>();
        final List<byte[]> rtcp = new ArrayList<>();
        final List<Long> bitrates = new ArrayList<>();
        /** Whether media came, each time that was told. */
        final List<Boolean> comes = new ArrayList<>();
        final MediaSession session;
        final MediaSender out;
        final MediaReceiver in;
        int keyframeRequests;
        boolean repeats;

        Side() {
            session = new MediaSession(this, counters, new NtpClock(now, 1_700_000_000_000L), "cname",
                    ByteBuffer.allocate(MediaSession.ROOM),
                    now);
            out = new MediaSender("video", random);
            in = new MediaReceiver("video", this::take);
            out.keyframes(() -> keyframeRequests++);
            out.bitrates(bitrates::add);
        }

        private void take(RtpPacket packet) {
            byte[] payload = new byte[packet.payloadLength()];
            packet.buffer().get(packet.payloadOffset(), payload);
            heard.add(new Heard(packet.sequence(), packet.timestamp(), RtpHeader.payloadType(packet.buffer(), packet.offset()), payload));
        }

        void configure(List<RtpFormat> formats, List<String> extensions, Map<Integer, Integer> repairs) {
            List<HeaderExtension> numbered = new ArrayList<>();
            extensions.forEach(uri -> numbered.add(new HeaderExtension(numbered.size() + 1, "sendrecv", uri, "")));
            session.configure(
                    new MediaPlan(List.of(new MediaPlan.Line("v", formats, formats, numbered, List.of(), repairs, in, out)), true,
                            mostBitrate));
        }

        @Override
        public boolean send(boolean control, ByteBuffer buffer, int offset, int length) {
            byte[] bytes = new byte[length];
            buffer.get(offset, bytes);
            (control ? rtcp : rtp).add(bytes);
            fly(this, control, bytes);
            return true;
        }

        @Override
        public boolean repeat(ByteBuffer buffer, int offset, int length) {
            repeats = true;
            return send(false, buffer, offset, length);
        }

        @Override
        public void onMedia(String mid) {
            comes.add(true);
        }

        @Override
        public void onSilence(String mid) {
            comes.add(false);
        }

        @Override
        public boolean isHere() {
            return true;
        }

        @Override
        public void execute(Runnable task) {
            task.run();
        }

        @Override
        public long nowNanos() {
            return now;
        }

        @Override
        public void onDeadline() {
            // the bench asks each time
        }
    }

    MediaBench() {
        this(new SimulatedLink(1_000_000_000, 20 * MILLI, SECOND));
    }

    MediaBench(SimulatedLink forth) {
        this.forth = forth;
        this.clock = new NtpClock(now, 1_700_000_000_000L);
    }

    /** Both sides know this video format, and all that repairs it where that is said. */
    static List<RtpFormat> vp8(boolean repairs, String... feedback) {
        RtpFormat vp8 = new RtpFormat(96, "VP8", 90000, 1, "", List.of(feedback));
        return repairs ? List.of(vp8, RtpCapabilities.repairsOf(vp8)) : List.of(vp8);
    }

    void configure(List<RtpFormat> formats, String... extensions) {
        sender.configure(formats, List.of(extensions), Map.of());
        receiver.configure(formats, List.of(extensions), Map.of(sender.out.repairSsrc(), sender.out.ssrc()));
    }

    private void fly(Side from, boolean rtcp, byte[] bytes) {
        boolean data = from == sender && !rtcp;
        if (data && lost.test(sent++) || cut) {
            return;
        }
        long at = from == sender ? forth.send(bytes.length, now) : now + 20 * MILLI;
        if (at >= 0) {
            flying.add(new Flying(at, order++, from == sender ? receiver : sender, rtcp, bytes));
        }
    }

    /** The sender's track has a packet. */
    void give(int sequence, int timestamp, int length, boolean marker, int encoding) {
        ByteBuffer bytes = ByteBuffer.allocate(RtpHeader.FIXED_LENGTH + length);
        RtpHeader.write(bytes, 0, marker, 100, sequence, timestamp, 0x5eed + encoding);
        bytes.putInt(RtpHeader.FIXED_LENGTH, sequence);
        RtpPacket packet = new RtpPacket();
        packet.wrap(bytes, 0, bytes.capacity(), vp8(false).get(0).as(100), now);
        packet.encoding(encoding);
        sender.out.onPacket(packet);
    }

    /** The receiver asks for a packet, though nothing of it is missing. */
    void ask(int sequence) {
        ByteBuffer room = ByteBuffer.allocate(MediaSession.ROOM);
        RtcpWriter writer = new RtcpWriter("cname").begin(room, HEADROOM);
        int header = writer.nackBegin(receiver.out.ssrc(), sender.out.ssrc());
        writer.nackItem(sequence, 0);
        writer.nackEnd(header);
        sender.session.onRtcp(room, HEADROOM, writer.length(), now);
    }

    /** The receiver says how much it wants at most. */
    void limit(long bitsPerSecond) {
        ByteBuffer room = ByteBuffer.allocate(MediaSession.ROOM);
        RtcpWriter writer = new RtcpWriter("cname").begin(room, HEADROOM);
        writer.bitrateLimit(receiver.out.ssrc(), sender.out.ssrc(), bitsPerSecond);
        sender.session.onRtcp(room, HEADROOM, writer.length(), now);
    }

    /** Lets time go by. */
    void pass(long nanos) {
        long end = now + nanos;
        while (true) {
            long next = Deadline.nearer(sender.session.nextDeadline(), receiver.session.nextDeadline());
            Flying first = flying.peek();
            next = first == null ? next : Deadline.nearer(next, first.at());
            if (next == Deadline.NONE || next - end > 0) {
                break;
            }
            now = Math.max(now, next);
            if (first != null && first.at() <= now) {
                arrive(flying.remove());
            }
            sender.session.onTimeout(now);
            receiver.session.onTimeout(now);
        }
        now = end;
    }

    private void arrive(Flying packet) {
        ByteBuffer buffer = ByteBuffer.allocate(HEADROOM + packet.bytes().length + HEADROOM);
        buffer.put(HEADROOM, packet.bytes());
        if (packet.rtcp()) {
            packet.to().session.onRtcp(buffer, HEADROOM, packet.bytes().length, now);
        } else {
            packet.to().session.onRtp(buffer, HEADROOM, packet.bytes().length, now);
        }
    }

    /** Returns the parts of what was sent that are of a type and, where it is not negative, of a format. */
    static List<ByteBuffer> parts(List<byte[]> compounds, int type, int format) {
        List<ByteBuffer> found = new ArrayList<>();
        for (byte[] each : compounds) {
            ByteBuffer b = ByteBuffer.wrap(each);
            for (int at = 0; at < each.length; at += 4 + 4 * (b.getShort(at + 2) & 0xffff)) {
                if ((b.get(at + 1) & 0xff) == type && (format < 0 || (b.get(at) & 0x1f) == format)) {
                    found.add(b.slice(at, 4 + 4 * (b.getShort(at + 2) & 0xffff)));
                }
            }
        }
        return found;
    }

    NtpClock clock() {
        return clock;
    }
}
