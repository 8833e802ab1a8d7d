package dev.isthmus.gateway.support;

import dev.isthmus.gateway.sdp.SdpMedia;
import dev.isthmus.gateway.sdp.SessionDescription;
import dev.isthmus.gateway.srtp.SrtpContext;
import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.dtls.DtlsEvent;
import dev.isthmus.ice.dtls.DtlsReason;
import dev.isthmus.ice.dtls.Fingerprint;
import dev.isthmus.ice.dtls.SrtpProfile;
import dev.isthmus.ice.dtls.bc.BcDtlsEngine;
import dev.isthmus.ice.dtls.bc.DtlsCertificate;
import dev.isthmus.ice.dtls.bc.HandshakeWorkers;
import dev.isthmus.ice.ice.Candidate;
import dev.isthmus.ice.ice.IceAgent;
import dev.isthmus.ice.ice.IceCredentials;
import dev.isthmus.ice.ice.IceReason;
import dev.isthmus.ice.ice.IceTransmit;
import dev.isthmus.ice.net.PacketKind;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.ops.SecureRandomSource;
import dev.isthmus.ice.sdp.CandidateAttribute;
import dev.isthmus.ice.stun.StunMessage;
import dev.isthmus.ice.stun.StunResult;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A WebRTC caller in the test's own thread, audio only (Opus, payload type 111), for tests that need exact packets: real ICE, DTLS and SRTP
 * over a real socket. Everything happens inside its methods.
 */
public final class Caller {
    private final Wire wire;
    private final SecureRandomSource random = new SecureRandomSource();
    private final IceCredentials credentials = IceCredentials.random(random);
    private final IceAgent ice = new IceAgent(new IceAgent.Setup(true, 1, 0x11223344, credentials), random,
            new Counters<>(IceReason.class));
    private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final DtlsCertificate certificate = DtlsCertificate.generate(random, System.currentTimeMillis());
    private final StunMessage message = new StunMessage();
    private final ByteBuffer buffer = ByteBuffer.allocate(2304);
    private final SrtpProfile profile;
    private @Nullable BcDtlsEngine dtls;
    private @Nullable SrtpContext inbound;
    private @Nullable SrtpContext outbound;
    private @Nullable TransportAddress gateway;
    private String resource = "";
    private String entityTag = "";
    private IceCredentials remote = credentials;
    private int sequence = 1;

    public Caller(Wire wire, SrtpProfile profile) {
        this.wire = wire;
        this.profile = profile;
    }

    /** Returns an offer of sound both ways. */
    public String offer() {
        return """
                v=0
                o=- 1 1 IN IP4 127.0.0.1
                s=-
                t=0 0
                m=audio 9 UDP/TLS/RTP/SAVPF 111
                c=IN IP4 127.0.0.1
                a=rtcp-mux
                a=mid:0
                a=sendrecv
                a=rtpmap:111 opus/48000/2
                a=setup:active
                """ + "a=ice-ufrag:" + credentials.ufrag() + "\na=ice-pwd:" + credentials.password() + "\na=fingerprint:"
                + certificate.fingerprint() + "\na=" + CandidateAttribute.line(Candidate.host(wire.local(), 65535)) + "\n";
    }

    /** Calls an endpoint and returns when media can flow. */
    public void connect(Gateway to, String endpoint) throws Exception {
        HttpResponse<String> answer = to.http("POST", "call/" + endpoint, "application/sdp", offer());
        if (answer.statusCode() != 201) {
            throw new AssertionError(answer.statusCode() + " " + answer.body());
        }
        resource = answer.headers().firstValue("Location").orElseThrow();
        entityTag = answer.headers().firstValue("ETag").orElseThrow();
        SdpMedia media = SessionDescription.parse(answer.body()).media().get(0);
        Fingerprint expected = Objects.requireNonNull(Fingerprint.parse(Objects.requireNonNull(media.value("fingerprint"))));
        dtls = new BcDtlsEngine(new BcDtlsEngine.Setup(true, List.of(certificate), List.of(expected), List.of(profile), () -> ""),
                new BcDtlsEngine.Owner(tasks::add, () -> {}, new HandshakeWorkers(1, 1, 1), random, new Counters<>(DtlsReason.class)));
        remote = new IceCredentials(Objects.requireNonNull(media.value("ice-ufrag")), Objects.requireNonNull(media.value("ice-pwd")));
        ice.addLocalCandidate(Candidate.host(wire.local(), 65535), System.nanoTime());
        ice.setRemoteCredentials(remote, System.nanoTime());
        Candidate candidate = Objects.requireNonNull(CandidateAttribute.checkable(media.all("candidate").get(0).value()));
        gateway = candidate.address();
        ice.addRemoteCandidate(candidate, System.nanoTime());
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (outbound == null) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not connected: ICE " + ice.state());
            }
            step(5);
        }
    }

    private void step(int millis) throws IOException {
        long now = System.nanoTime();
        ice.onTimeout(now);
        if (ice.selectedPair() != null) {
            engine().start(now);
        }
        byte[] datagram = wire.receive(millis);
        if (datagram != null) {
            take(datagram);
        }
        drain();
    }

    private BcDtlsEngine engine() {
        return Objects.requireNonNull(dtls);
    }

    private void take(byte[] datagram) {
        ByteBuffer bytes = ByteBuffer.wrap(datagram);
        PacketKind kind = PacketKind.of(bytes, 0, datagram.length);
        if (kind == PacketKind.STUN && message.wrap(bytes, 0, datagram.length) == StunResult.OK) {
            ice.onPacket(message, wire.local(), gateway(), System.nanoTime());
        } else if (kind == PacketKind.DTLS) {
            engine().onPacket(bytes, 0, datagram.length, System.nanoTime());
        }
    }

    private void drain() throws IOException {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
        for (IceTransmit t = ice.pollTransmit(); t != null; t = ice.pollTransmit()) {
            wire.send(t.remote(), t.bytes());
        }
        for (byte[] record = engine().pollTransmit(); record != null; record = engine().pollTransmit()) {
            wire.send(gateway(), record);
        }
        for (DtlsEvent event = engine().pollEvent(); event != null; event = engine().pollEvent()) {
            if (event instanceof DtlsEvent.Connected connected) {
                inbound = SrtpContext.inbound(connected.keys(), new byte[SrtpContext.ROOM]);
                outbound = SrtpContext.outbound(connected.keys(), new byte[SrtpContext.ROOM]);
            } else {
                throw new AssertionError(event.toString());
            }
        }
    }

    /** Returns the gateway's media address. */
    public TransportAddress gateway() {
        return Objects.requireNonNull(gateway);
    }

    /** Returns the call's resource. */
    public String resource() {
        return resource;
    }

    /** Returns the gateway's ICE credentials. */
    public IceCredentials remoteCredentials() {
        return remote;
    }

    /** Returns what the gateway calls the generation of ICE of the call. */
    public String entityTag() {
        return entityTag;
    }

    /** Returns our ICE credentials. */
    public IceCredentials localCredentials() {
        return credentials;
    }

    /** Returns the next protected RTP packet with a payload of that length. */
    public byte[] rtp(int payload) {
        buffer.put(0, (byte) 0x80).put(1, (byte) 111).putShort(2, (short) sequence).putInt(4, sequence * 960).putInt(8, 0x5eed);
        sequence++;
        int length = Objects.requireNonNull(outbound).protectRtp(buffer, 0, 12 + payload);
        return Arrays.copyOf(buffer.array(), length);
    }

    /** Sends a packet that {@link #rtp} made. */
    public void send(byte[] packet) throws IOException {
        wire.send(gateway(), packet);
    }

    /** Answers the checks that have come, and lets media and the rest of them go. */
    public void answerWhatCame() throws IOException {
        for (byte[] datagram = wire.receive(0); datagram != null; datagram = wire.receive(0)) {
            take(datagram);
        }
        ice.onTimeout(System.nanoTime());
        drain();
    }

    /** Waits for the next RTP packet and returns its decrypted length, or -1 when none comes; checks and records are answered meanwhile. */
    public int receive(int millis) throws IOException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (System.nanoTime() < end) {
            byte[] datagram = wire.receive(millis);
            if (datagram == null) {
                return -1;
            }
            ByteBuffer bytes = ByteBuffer.wrap(datagram);
            if (PacketKind.of(bytes, 0, datagram.length) == PacketKind.RTP) {
                return Objects.requireNonNull(inbound).unprotectRtp(bytes, 0, datagram.length);
            }
            take(datagram);
            drain();
        }
        return -1;
    }
}
