package dev.isthmus.gateway.peer;

import dev.isthmus.gateway.support.Middle;
import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.net.PacketKind;
import dev.isthmus.ice.stun.MessageIntegrity;
import dev.isthmus.ice.stun.StunAttribute;
import dev.isthmus.ice.stun.StunWriter;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What must not get through: packets that were changed, that come again, that come from elsewhere, after the end or before ICE. That other packets
 * still arrive after each shows that it was looked at; an answer to a later question shows that there was none to the one before.
 */
class IntruderTest {
    private static final int BINDING_REQUEST = 0x0001;
    private static final int BINDING_ERROR = 0x0111;
    /** One that must be understood, and is not. */
    private static final int UNKNOWN = 0x7ff0;

    private static final byte LAST_OF_SILENCE = 100;

    private final Middle middle;
    private final Pair pair;
    private final RtpTrackSource source = new RtpTrackSource("audio");
    private final BlockingQueue<Byte> heard = new LinkedBlockingQueue<>();
    private final CompletableFuture<byte[]> clientHello = new CompletableFuture<>();
    private int sequence;

    IntruderTest() throws Exception {
        middle = new Middle();
        pair = new Pair(middle);
        middle.rule = (fromA, datagram) -> {
            if (PacketKind.of(ByteBuffer.wrap(datagram), 0, datagram.length) == PacketKind.DTLS) {
                clientHello.complete(datagram);
            }
            return datagram;
        };
    }

    @BeforeEach
    void connect() throws Exception {
        pair.a.addTrack(source.track());
        pair.b.setOnTrack(e -> e.getTrack().addSink(p -> heard.add(p.buffer().get(p.payloadOffset()))));
        pair.connect();
        while (heard.poll(20, TimeUnit.MILLISECONDS) == null) {
            say(0); // b may have its keys a little later
        }
        say(LAST_OF_SILENCE);
        heardUntil(LAST_OF_SILENCE);
    }

    @AfterEach
    void close() {
        pair.close();
        middle.close();
    }

    private void say(int word) {
        Pair.send(source, ++sequence, (byte) word);
    }

    private static boolean isRtp(byte[] datagram) {
        return PacketKind.of(ByteBuffer.wrap(datagram), 0, datagram.length) == PacketKind.RTP;
    }

    /** The words that arrive until the last one does. */
    private List<Integer> heardUntil(int last) throws Exception {
        List<Integer> words = new ArrayList<>();
        while (words.isEmpty() || words.get(words.size() - 1) != last) {
            words.add((int) Objects.requireNonNull(heard.poll(10, TimeUnit.SECONDS), "nothing arrives"));
        }
        return words;
    }

    private void rule(Middle.Rule ofMedia) {
        middle.rule = (fromA, datagram) -> fromA && isRtp(datagram) ? ofMedia.pass(true, datagram) : datagram;
    }

    @Test
    void aPacketThatWasChangedIsDroppedAndMediaGoesOn() throws Exception {
        boolean[] done = new boolean[1];
        rule((fromA, datagram) -> {
            datagram[datagram.length - 1] ^= (byte) (done[0] ? 0 : 1);
            done[0] = true;
            return datagram;
        });
        say(1);
        say(2);
        assertThat(heardUntil(2)).containsExactly(2);
    }

    @Test
    void aPacketThatComesAgainIsDropped() throws Exception {
        rule((fromA, datagram) -> {
            try {
                middle.send(true, datagram);
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
            return datagram;
        });
        say(1);
        say(2);
        say(3);
        assertThat(heardUntil(3)).containsExactly(1, 2, 3);
    }

    private byte[] catchOne(int word) throws Exception {
        CompletableFuture<byte[]> caught = new CompletableFuture<>();
        rule((fromA, datagram) -> {
            caught.complete(datagram);
            return null;
        });
        say(word);
        byte[] packet = Pair.get(caught);
        middle.rule = (fromA, datagram) -> datagram;
        return packet;
    }

    @Test
    void aPacketOffThePairIsDroppedAndMovesNothing() throws Exception {
        byte[] caught = catchOne(1);
        try (DatagramSocket elsewhere = new DatagramSocket(new InetSocketAddress(Middle.LOOPBACK, 0))) {
            elsewhere.send(new DatagramPacket(caught, caught.length, Middle.LOOPBACK, middle.port(false)));
            say(2);
            assertThat(heardUntil(2)).containsExactly(2);
            middle.send(true, caught);
            say(3);
            assertThat(heardUntil(3)).as("by the pair it was good").containsExactly(1, 3);
            assertThat(Objects.requireNonNull(Pair.ice(pair.b).getSelectedCandidatePair()).remote().getPort())
                    .isNotEqualTo(elsewhere.getLocalPort());
        }
    }

    @Test
    void nothingIsTakenAfterTheEndOfTheAssociation() throws Exception {
        byte[] caught = catchOne(1);
        CompletableFuture<Boolean> closed = new CompletableFuture<>();
        RTCDtlsTransport transport = Objects.requireNonNull(pair.b.getReceivers().get(0).getTransport());
        transport.setOnStatechange(e -> closed.complete(transport.getState() == RTCDtlsTransportState.CLOSED));
        pair.a.close();
        assertThat(Pair.get(closed)).isTrue();
        middle.send(true, caught);
        try (DatagramSocket asker = new DatagramSocket(new InetSocketAddress(Middle.LOOPBACK, 0))) {
            assertThat(ask(asker, pair.b, middle.port(false))).as("it has read what came before").isEqualTo(BINDING_ERROR);
        }
        assertThat(heard).isEmpty();
    }

    @Test
    void aHandshakeBeforeIceIsNotAnswered() throws Exception {
        try (Pair other = new Pair(); DatagramSocket elsewhere = new DatagramSocket(new InetSocketAddress(Middle.LOOPBACK, 0))) {
            CompletableFuture<Integer> port = new CompletableFuture<>();
            other.a.setOnIcecandidate(e -> {
                RTCIceCandidate found = e.getCandidate();
                if (found != null && found.getPort() != null) {
                    port.complete(found.getPort());
                }
            });
            other.b.setOnIcecandidate(null);
            other.a.addTransceiver("audio");
            Pair.get(other.a.setLocalDescription());
            Pair.get(other.b.setRemoteDescription(Pair.local(other.a)));
            Pair.get(other.b.setLocalDescription());
            String answer = Pair.withoutCandidates(Pair.local(other.b).sdp());
            Pair.get(other.a.setRemoteDescription(new RTCSessionDescription(RTCSdpType.ANSWER, answer)));
            byte[] hello = Pair.get(clientHello);
            elsewhere.send(new DatagramPacket(hello, hello.length, Middle.LOOPBACK, Pair.get(port)));
            assertThat(ask(elsewhere, other.a, Pair.get(port))).as("the first answer is to the second question").isEqualTo(BINDING_ERROR);
            assertThat(Objects.requireNonNull(other.a.getSenders().get(0).getTransport()).getState()).isEqualTo(RTCDtlsTransportState.NEW);
        }
    }

    /** What comes first as an answer to a question with integrity, which has no other consequence. */
    private static int ask(DatagramSocket asker, RTCPeerConnection of, int port) throws Exception {
        byte[] request = request(of, "peer", true);
        asker.setSoTimeout(10_000);
        asker.send(new DatagramPacket(request, request.length, Middle.LOOPBACK, port));
        return ByteBuffer.wrap(Middle.receive(asker)).getShort(0) & 0xffff;
    }

    /** A check that wants its pair to be taken; with integrity it also has an attribute that nobody knows. */
    private static byte[] request(RTCPeerConnection of, String peer, boolean integrity) throws Exception {
        RTCIceTransport.RTCIceParameters own = Objects.requireNonNull(Pair.ice(of).getLocalParameters());
        ByteBuffer buffer = ByteBuffer.allocate(256);
        StunWriter writer = new StunWriter().begin(buffer, 0, BINDING_REQUEST, 1, 42)
                .text(StunAttribute.USERNAME, own.usernameFragment() + ":" + peer).int32(StunAttribute.PRIORITY, 1)
                .int64(StunAttribute.ICE_CONTROLLING, 1).flag(StunAttribute.USE_CANDIDATE);
        if (integrity) {
            writer.flag(UNKNOWN).integrity(new MessageIntegrity(), own.password().getBytes(StandardCharsets.US_ASCII));
        }
        writer.fingerprint();
        return Arrays.copyOf(buffer.array(), writer.length());
    }

    @Test
    void aCheckWithoutIntegrityProvesNothing() throws Exception {
        byte[] caught = catchOne(1);
        try (DatagramSocket elsewhere = new DatagramSocket(new InetSocketAddress(Middle.LOOPBACK, 0))) {
            byte[] request = request(pair.b, Objects.requireNonNull(Pair.ice(pair.a).getLocalParameters()).usernameFragment(), false);
            elsewhere.send(new DatagramPacket(request, request.length, Middle.LOOPBACK, middle.port(false)));
            elsewhere.send(new DatagramPacket(caught, caught.length, Middle.LOOPBACK, middle.port(false)));
            say(2);
            assertThat(heardUntil(2)).containsExactly(2);
            assertThat(Objects.requireNonNull(Pair.ice(pair.b).getSelectedCandidatePair()).remote().getPort())
                    .isNotEqualTo(elsewhere.getLocalPort());
        }
    }
}
