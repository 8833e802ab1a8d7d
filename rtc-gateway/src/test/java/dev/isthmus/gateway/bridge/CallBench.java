package dev.isthmus.gateway.bridge;

import dev.isthmus.gateway.GatewayReason;
import dev.isthmus.gateway.peer.ClientTransport;
import dev.isthmus.gateway.rtp.NtpClock;
import dev.isthmus.gateway.sdp.Codec;
import dev.isthmus.gateway.sdp.Negotiation;
import dev.isthmus.gateway.sdp.SessionDescription;
import dev.isthmus.gateway.srtp.SrtpContext;
import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.dtls.DtlsEngine;
import dev.isthmus.ice.dtls.DtlsEvent;
import dev.isthmus.ice.dtls.SrtpKeys;
import dev.isthmus.ice.dtls.SrtpProfile;
import dev.isthmus.ice.ice.Candidate;
import dev.isthmus.ice.ice.IceAgent;
import dev.isthmus.ice.ice.IceCredentials;
import dev.isthmus.ice.ice.IceReason;
import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.Datagram;
import dev.isthmus.ice.net.PacketKind;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.sim.SeededRandom;
import dev.isthmus.ice.stun.MessageIntegrity;
import dev.isthmus.ice.stun.StunAttribute;
import dev.isthmus.ice.stun.StunMessage;
import dev.isthmus.ice.stun.StunType;
import dev.isthmus.ice.stun.StunWriter;
import dev.isthmus.ice.time.Deadline;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A call on a test's table: no sockets, a set clock, a DTLS engine that is done at once with known keys. */
final class CallBench implements ClientTransport.Output, CallIo {
    static final TransportAddress MEDIA = address("127.0.0.1:10000");
    static final TransportAddress CLIENT = address("127.0.0.9:50000");
    static final TransportAddress PHONE = address("127.0.0.1:5004");
    private static final IceCredentials OURS = new IceCredentials("ours", "o".repeat(22));
    private static final IceCredentials THEIRS = new IceCredentials("them", "t".repeat(22));

    /** A packet that left on the plain side. */
    record Plain(int session, boolean rtcp, TransportAddress to, byte[] bytes) {}

    final Counters<GatewayReason> counters = new Counters<>(GatewayReason.class);
    final List<Plain> plain = new ArrayList<>();
    final List<byte[]> rtpToClient = new ArrayList<>();
    final List<byte[]> rtcpToClient = new ArrayList<>();
    final Call call;
    private final SeededRandom random = new SeededRandom(5);
    private final List<byte[]> checks = new ArrayList<>();
    private final SrtpContext clientOut;
    private final SrtpContext clientIn;
    long now = 1_000_000_000L;

    private static final class InstantDtls implements DtlsEngine {
        private @Nullable DtlsEvent next;

        @Override
        public void start(long nowNanos) {
            next = new DtlsEvent.Connected(keys(true), List.of());
        }

        @Override
        public void onPacket(ByteBuffer buffer, int offset, int length, long nowNanos) {
            // there is nothing to shake hands about
        }

        @Override
        public void onTimeout(long nowNanos) {
            // no timers
        }

        @Override
        public long nextDeadline() {
            return Deadline.NONE;
        }

        @Override
        public void send(ByteBuffer buffer, int offset, int length) {
            // no application data
        }

        @Override
        public byte @Nullable [] pollTransmit() {
            return null;
        }

        @Override
        public @Nullable DtlsEvent pollEvent() {
            DtlsEvent event = next;
            next = null;
            return event;
        }

        @Override
        public void close() {
            // nothing is open
        }
    }

    private static SrtpKeys keys(boolean gateway) {
        byte[] a = new byte[16];
        byte[] b = new byte[16];
        b[0] = 1;
        byte[] salt = new byte[12];
        return gateway
                ? new SrtpKeys(SrtpProfile.AEAD_AES_128_GCM, a, salt, b, salt)
                : new SrtpKeys(SrtpProfile.AEAD_AES_128_GCM, b, salt, a, salt);
    }

    static TransportAddress address(String text) {
        return Objects.requireNonNull(TransportAddress.parse(text));
    }

    static Endpoint endpoint(Endpoint.SourceRule rule, @Nullable TransportAddress send) {
        return new Endpoint("phone", false,
                List.of(new Endpoint.Session(List.of("audio", "video"), send, 5006, rule, Endpoint.RtcpPort.NEXT)),
                List.of(Objects.requireNonNull(Codec.named("opus", 109)), Objects.requireNonNull(Codec.named("PCMU", 0)),
                        Objects.requireNonNull(Codec.named("VP8", 100))));
    }

    CallBench(Endpoint endpoint) throws Exception {
        String head = "v=0\no=- 1 1 IN IP4 0.0.0.0\ns=-\nt=0 0\na=group:BUNDLE 0 1\na=ice-ufrag:them\na=ice-pwd:" + THEIRS.password()
                + "\na=fingerprint:sha-256 "
                + "AB:".repeat(31) + "AB\na=setup:actpass\n";
        String audio = "m=audio 9 UDP/TLS/RTP/SAVPF 111 0\na=mid:0\na=rtcp-mux\na=rtpmap:111 opus/48000/2\n";
        String video = "m=video 9 UDP/TLS/RTP/SAVPF 96\na=mid:1\na=rtcp-mux\na=rtpmap:96 VP8/90000\n";
        Negotiation negotiation = Negotiation.of(SessionDescription.parse(head + audio + video), endpoint.codecs());
        IceAgent ice = new IceAgent(new IceAgent.Setup(false, 1, 7, OURS), random, new Counters<>(IceReason.class));
        ClientTransport transport = new ClientTransport(ice, new InstantDtls(), this);
        call = new Call(new CallSetup("id", endpoint, negotiation, counters, random, new NtpClock(now, 1_700_000_000_000L), "cname"),
                transport, this, now);
        ice.addLocalCandidate(Candidate.host(MEDIA, 65535), now);
        ice.setRemoteCredentials(THEIRS, now);
        clientOut = SrtpContext.outbound(keys(false));
        clientIn = SrtpContext.inbound(keys(false));
    }

    /** The client checks, nominates and answers our check. */
    void connect() {
        ByteBuffer b = ByteBuffer.allocate(512);
        StunWriter writer = new StunWriter().begin(b, 0, StunType.BINDING, 1, 2).text(StunAttribute.USERNAME, "ours:them")
                .int32(StunAttribute.PRIORITY, 5).int64(StunAttribute.ICE_CONTROLLING, 9).flag(StunAttribute.USE_CANDIDATE)
                .integrity(new MessageIntegrity(), MessageIntegrity.shortTermKey(OURS.password())).fingerprint();
        StunMessage message = new StunMessage();
        message.wrap(b, 0, writer.length());
        call.client().onStun(message, MEDIA, CLIENT, now);
        pass(1_000_000);
        for (byte[] check : List.copyOf(checks)) {
            message.wrap(ByteBuffer.wrap(check), 0, check.length);
            if (message.messageClass() == StunType.REQUEST) {
                ByteBuffer answer = ByteBuffer.allocate(512);
                writer.beginResponse(answer, 0, message, StunType.SUCCESS).xorAddress(StunAttribute.XOR_MAPPED_ADDRESS, MEDIA)
                        .integrity(new MessageIntegrity(), MessageIntegrity.shortTermKey(THEIRS.password())).fingerprint();
                message.wrap(answer, 0, writer.length());
                call.client().onStun(message, MEDIA, CLIENT, now);
            }
        }
    }

    /** Lets time go by, calling the call whenever it wants to be called. */
    void pass(long nanos) {
        long end = now + nanos;
        while (call.nextDeadline() <= end && !call.ended()) {
            now = Math.max(now, call.nextDeadline());
            call.onTimeout(now);
        }
        now = end;
    }

    private static Datagram datagram(byte[] bytes, TransportAddress at, TransportAddress from) {
        ByteBuffer buffer = ByteBuffer.allocate(2304);
        buffer.put(Datagram.HEADROOM, bytes);
        Datagram datagram = new Datagram().wrap(buffer, Datagram.HEADROOM, bytes.length);
        datagram.key().set(AddressKey.of(at, from));
        return datagram;
    }

    static byte[] rtp(int payloadType, int ssrc, int sequence, int timestamp) {
        ByteBuffer b = ByteBuffer.allocate(32);
        b.put(0, (byte) 0x80).put(1, (byte) payloadType).putShort(2, (short) sequence).putInt(4, timestamp).putInt(8, ssrc).putLong(12,
                sequence);
        return b.array();
    }

    void clientSends(byte[] rtp) {
        ByteBuffer b = ByteBuffer.allocate(2048);
        b.put(0, rtp);
        int length = clientOut.protectRtp(b, 0, rtp.length);
        call.onClient(PacketKind.RTP, datagram(Arrays.copyOf(b.array(), length), MEDIA, CLIENT), now);
    }

    void clientSendsRtcp(byte[] rtcp) {
        ByteBuffer b = ByteBuffer.allocate(2048);
        b.put(0, rtcp);
        int length = clientOut.protectRtcp(b, 0, rtcp.length);
        call.onClient(PacketKind.RTCP, datagram(Arrays.copyOf(b.array(), length), MEDIA, CLIENT), now);
    }

    void phoneSends(byte[] packet, TransportAddress from) {
        call.onPlain(0, datagram(packet, address("127.0.0.1:5006"), from), now);
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
    public void control(AddressKey to, ByteBuffer buffer, int offset, int length) {
        checks.add(copy(buffer, offset, length));
    }

    @Override
    public void media(AddressKey to, ByteBuffer buffer, int offset, int length) {
        ByteBuffer b = ByteBuffer.allocate(2304);
        b.put(0, copy(buffer, offset, length));
        boolean rtcp = PacketKind.of(b, 0, length) == PacketKind.RTCP;
        int plainLength = rtcp ? clientIn.unprotectRtcp(b, 0, length) : clientIn.unprotectRtp(b, 0, length);
        (rtcp ? rtcpToClient : rtpToClient).add(Arrays.copyOf(b.array(), plainLength));
    }

    @Override
    public void plain(int session, boolean rtcp, AddressKey to, ByteBuffer buffer, int offset, int length) {
        plain.add(new Plain(session, rtcp, to.remote(), copy(buffer, offset, length)));
    }

    @Override
    public long kernelDrops(Direction direction) {
        return 0;
    }
}
