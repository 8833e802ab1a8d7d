package dev.isthmus.gateway.bridge;

import dev.isthmus.gateway.GatewayReason;
import dev.isthmus.gateway.media.LegStats;
import dev.isthmus.gateway.media.MediaPlan;
import dev.isthmus.gateway.media.MediaReceiver;
import dev.isthmus.gateway.media.MediaSender;
import dev.isthmus.gateway.media.MediaSession;
import dev.isthmus.gateway.peer.RTCDtlsTransportState;
import dev.isthmus.gateway.peer.TransportMonitor;
import dev.isthmus.gateway.rtp.NtpClock;
import dev.isthmus.gateway.sdp.Codec;
import dev.isthmus.gateway.sdp.RtpFormat;
import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.ice.CandidatePair;
import dev.isthmus.ice.ice.IceState;
import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.Datagram;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.sim.SeededRandom;
import dev.isthmus.ice.time.Deadline;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A call on a test's table: no sockets, a set clock, and in place of a connection its media, without ICE and DTLS. */
final class CallBench implements CallIo, MediaSession.Output, TransportMonitor {
    static final TransportAddress PHONE = address("127.0.0.1:5004");

    /** A packet that left on the plain side. */
    record Plain(int session, boolean rtcp, TransportAddress to, byte[] bytes) {}

    final Counters<GatewayReason> counters = new Counters<>(GatewayReason.class);
    final List<Plain> plain = new ArrayList<>();
    final List<byte[]> rtpToClient = new ArrayList<>();
    final List<byte[]> rtcpToClient = new ArrayList<>();
    final Map<String, MediaSender> senders = new LinkedHashMap<>();
    final Call call;
    IceState ice = IceState.NEW;
    RTCDtlsTransportState dtls = RTCDtlsTransportState.NEW;
    long now = 1_000_000_000L;
    private final MediaSession client;

    static TransportAddress address(String text) {
        return Objects.requireNonNull(TransportAddress.parse(text));
    }

    static Endpoint endpoint(Endpoint.SourceRule rule, @Nullable TransportAddress send) {
        return new Endpoint("phone", false,
                List.of(new Endpoint.Session(List.of("audio", "video"), send, 5006, rule, Endpoint.RtcpPort.NEXT)),
                List.of(codec("opus", 109), codec("PCMU", 0), codec("VP8", 100)));
    }

    private static Codec codec(String name, int payloadType) {
        return Objects.requireNonNull(Codec.named(name, payloadType));
    }

    CallBench(Endpoint endpoint) {
        SeededRandom random = new SeededRandom(5);
        NtpClock clock = new NtpClock(now, 1_700_000_000_000L);
        call = new Call(new CallSetup("id", endpoint, counters, random, clock, "cname"), this, now);
        client = new MediaSession(this, counters, clock, "cname", ByteBuffer.allocate(MediaSession.ROOM), now);
        call.onTransport(this);
        client.configure(new MediaPlan(List.of(line("audio", List.of(codec("opus", 109), codec("PCMU", 0)), List.of(111, 0), random),
                line("video", List.of(codec("VP8", 100)), List.of(96), random)), false, 0));
    }

    private MediaPlan.Line line(String kind, List<Codec> plainCodecs, List<Integer> payloadTypes, SeededRandom random) {
        List<PlainStream.Shared> shared = new ArrayList<>();
        for (int i = 0; i < plainCodecs.size(); i++) {
            RtpFormat format = plainCodecs.get(i).format();
            shared.add(new PlainStream.Shared(format.as(payloadTypes.get(i)), format));
        }
        PlainStream stream = call.carry(kind, shared, true, true);
        MediaReceiver receiver = new MediaReceiver(kind, stream);
        MediaSender sender = new MediaSender(kind, random);
        stream.keyframes(receiver::requestKeyframe);
        stream.source().track().addSink(sender);
        sender.keyframes(stream.source().track()::requestKeyframe);
        sender.relays(true);
        senders.put(kind, sender);
        List<RtpFormat> formats = shared.stream().map(PlainStream.Shared::client).toList();
        return new MediaPlan.Line(kind, formats, formats, List.of(), List.of(), Map.of(), receiver, sender);
    }

    /** ICE and DTLS are done. */
    void connect() {
        ice = IceState.CONNECTED;
        dtls = RTCDtlsTransportState.CONNECTED;
    }

    /** Lets time go by, calling the call and the client's media whenever they want to be called. */
    void pass(long nanos) {
        long end = now + nanos;
        while (next() <= end && !call.ended()) {
            now = Math.max(now, next());
            call.onTimeout(now);
            client.onTimeout(now);
        }
        now = end;
    }

    private long next() {
        return Deadline.nearer(call.nextDeadline(), client.nextDeadline());
    }

    static byte[] rtp(int payloadType, int ssrc, int sequence, int timestamp) {
        ByteBuffer b = ByteBuffer.allocate(32);
        b.put(0, (byte) 0x80).put(1, (byte) payloadType).putShort(2, (short) sequence).putInt(4, timestamp).putInt(8, ssrc).putLong(12,
                sequence);
        return b.array();
    }

    private static ByteBuffer room(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.allocate(2304);
        buffer.put(Datagram.HEADROOM, bytes);
        return buffer;
    }

    void clientSends(byte[] rtp) {
        client.onRtp(room(rtp), Datagram.HEADROOM, rtp.length, now);
    }

    void clientSendsRtcp(byte[] rtcp) {
        client.onRtcp(room(rtcp), Datagram.HEADROOM, rtcp.length, now);
    }

    void phoneSends(byte[] packet, TransportAddress from) {
        Datagram datagram = new Datagram().wrap(room(packet), Datagram.HEADROOM, packet.length);
        datagram.key().set(AddressKey.of(address("127.0.0.1:5006"), from));
        call.onPlain(0, datagram, now);
    }

    int ssrcToClient(String kind) {
        return Objects.requireNonNull(senders.get(kind)).ssrc();
    }

    List<Plain> plainRtp() {
        return plain.stream().filter(p -> !p.rtcp()).toList();
    }

    List<Plain> plainRtcp() {
        return plain.stream().filter(Plain::rtcp).toList();
    }

    private static byte[] copy(ByteBuffer buffer, int offset, int length) {
        byte[] bytes = new byte[length];
        buffer.get(offset, bytes);
        return bytes;
    }

    @Override
    public boolean send(boolean rtcp, ByteBuffer buffer, int offset, int length) {
        if (dtls != RTCDtlsTransportState.CONNECTED) {
            client.drop(GatewayReason.NO_KEYS_YET);
            return false;
        }
        (rtcp ? rtcpToClient : rtpToClient).add(copy(buffer, offset, length));
        return true;
    }

    @Override
    public boolean repeat(ByteBuffer buffer, int offset, int length) {
        return send(false, buffer, offset, length);
    }

    @Override
    public void onDeadline() {
        // the test asks for the next deadline each time
    }

    @Override
    public void plain(int session, boolean rtcp, AddressKey to, ByteBuffer buffer, int offset, int length) {
        plain.add(new Plain(session, rtcp, to.remote(), Arrays.copyOf(copy(buffer, offset, length), length)));
    }

    @Override
    public long kernelDrops(Direction direction) {
        return 0;
    }

    @Override
    public void onMedia(String mid) {
        // nobody shows a track here
    }

    @Override
    public void onSilence(String mid) {
        // nor hides it
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
    public IceState iceState() {
        return ice;
    }

    @Override
    public boolean isControlling() {
        return false;
    }

    @Override
    public boolean heard() {
        return ice != IceState.NEW;
    }

    @Override
    public int pairs() {
        return 1;
    }

    @Override
    public @Nullable CandidatePair selectedPair() {
        return null;
    }

    @Override
    public RTCDtlsTransportState dtlsState() {
        return dtls;
    }

    @Override
    public String dtlsFailure() {
        return "";
    }

    @Override
    public String srtpProfile() {
        return "";
    }

    @Override
    public long roundTripMillis() {
        return client.roundTripMillis();
    }

    @Override
    public LegStats received() {
        return client.received();
    }

    @Override
    public LegStats sent() {
        return client.sent();
    }

    @Override
    public void onChange(Runnable task) {
        // the test looks when it wants to
    }
}
