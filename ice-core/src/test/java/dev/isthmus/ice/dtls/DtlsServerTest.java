package dev.isthmus.ice.dtls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.dtls.bc.BcDtlsEngine;
import dev.isthmus.ice.dtls.bc.HandshakeWorkers;
import dev.isthmus.ice.dtls.bc.PemIdentity;
import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.ops.SecureRandomSource;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A server for application data, from the cookie on; the test's thread is the loop of both sides. */
class DtlsServerTest {
    private static final TransportAddress HERE = address("192.0.2.1:5349");
    private static final TransportAddress THERE = address("198.51.100.1:40000");
    private final SecureRandomSource random = new SecureRandomSource();
    private final Counters<DtlsReason> counters = new Counters<>(DtlsReason.class);
    private final HandshakeWorkers workers = new HandshakeWorkers(4, 4, 4);
    private final BlockingQueue<Runnable> loop = new LinkedBlockingQueue<>();
    private final HelloVerifier verifier = new HelloVerifier(new byte[32]);
    private final ByteBuffer out = ByteBuffer.allocate(256);
    private final BcDtlsEngine client = BcDtlsEngine.client(ServerIdentity.ANY, "",
            new BcDtlsEngine.Owner(loop::add, () -> {}, workers, random, counters));
    private final List<DtlsEvent> heard = new ArrayList<>();
    private final List<DtlsEvent> served = new ArrayList<>();
    private @Nullable HelloAssembly assembly;
    private @Nullable BcDtlsEngine server;
    private int pieces = 1;
    private boolean backwards;

    private static TransportAddress address(String text) {
        return Objects.requireNonNull(TransportAddress.parse(text));
    }

    private static PemIdentity identity(String algorithm) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        generator.initialize(algorithm.equals("RSA") ? 2048 : 256);
        KeyPair pair = generator.generateKeyPair();
        X500Name name = new X500Name("CN=test");
        Date now = new Date();
        X509Certificate certificate = new JcaX509CertificateConverter().getCertificate(
                new JcaX509v3CertificateBuilder(name, BigInteger.ONE, now, new Date(now.getTime() + 86_400_000), name, pair.getPublic())
                        .build(new JcaContentSignerBuilder(algorithm.equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA")
                                .build(pair.getPrivate())));
        return new PemIdentity(pair.getPrivate(), List.of(certificate));
    }

    /** Cuts the handshake message of a record into fragments, each in a record and a datagram of its own. */
    private List<byte[]> fragments(byte[] datagram) {
        ByteBuffer b = ByteBuffer.wrap(datagram);
        if (pieces == 1 || datagram[0] != 22 || datagram[13] != 1 || b.getShort(3) != 0) {
            return List.of(datagram);
        }
        int total = datagram.length - 25;
        List<byte[]> all = new ArrayList<>();
        for (int i = 0; i < pieces; i++) {
            int from = i == 0 ? 0 : 80 + (total - 80) * (i - 1) / (pieces - 1);
            int to = 80 + (total - 80) * i / (pieces - 1);
            ByteBuffer piece = ByteBuffer.allocate(25 + to - from).put(datagram, 0, 25).put(datagram, 25 + from, to - from);
            piece.putShort(11, (short) (12 + to - from)).put(10, (byte) (datagram[10] * pieces + i));
            piece.put(19, (byte) 0).putShort(20, (short) from).put(22, (byte) 0).putShort(23, (short) (to - from));
            all.add(piece.array());
        }
        if (backwards) {
            Collections.reverse(all.subList(1, all.size()));
        }
        return all;
    }

    private void toServer(byte[] datagram, PemIdentity identity) {
        BcDtlsEngine running = server;
        HelloAssembly waiting = assembly;
        ByteBuffer b = ByteBuffer.wrap(datagram);
        if (running != null) {
            running.onPacket(b, 0, datagram.length, 0);
            return;
        }
        HelloVerifier.Verdict verdict = verifier.check(b, 0, datagram.length, AddressKey.of(HERE, THERE), 0);
        if (waiting == null && verdict == HelloVerifier.Verdict.ASK) {
            int length = verifier.writeRequest(out, 0);
            assertThat(length).as("no amplification").isLessThan(datagram.length);
            client.onPacket(out, 0, length, 0);
            return;
        }
        if (waiting == null && verdict == HelloVerifier.Verdict.VALID) {
            waiting = new HelloAssembly(verifier.cookie());
            assembly = waiting;
        }
        if (waiting == null) {
            return;
        }
        waiting.add(b, 0, datagram.length);
        byte[] hello = waiting.whole();
        if (hello != null) {
            server = BcDtlsEngine.server(new BcDtlsEngine.Served(identity, hello, waiting.cookie(), ""),
                    new BcDtlsEngine.Owner(loop::add, () -> {}, workers, random, counters));
            Objects.requireNonNull(server).start(0);
        }
    }

    private void pump(PemIdentity identity) {
        for (byte[] datagram = client.pollTransmit(); datagram != null; datagram = client.pollTransmit()) {
            fragments(datagram).forEach(piece -> toServer(piece, identity));
        }
        BcDtlsEngine running = server;
        if (running != null) {
            for (byte[] datagram = running.pollTransmit(); datagram != null; datagram = running.pollTransmit()) {
                client.onPacket(ByteBuffer.wrap(datagram), 0, datagram.length, 0);
            }
            for (DtlsEvent event = running.pollEvent(); event != null; event = running.pollEvent()) {
                served.add(event);
            }
        }
        for (DtlsEvent event = client.pollEvent(); event != null; event = client.pollEvent()) {
            heard.add(event);
        }
    }

    private void shakeHands(PemIdentity identity) throws Exception {
        client.start(0);
        while (heard.isEmpty() || served.isEmpty()) {
            Runnable task = loop.poll(30, TimeUnit.SECONDS);
            assertThat(task).as("the handshake stands still").isNotNull();
            Objects.requireNonNull(task).run();
            pump(identity);
        }
    }

    @ParameterizedTest
    @CsvSource({"EC, 1, false", "EC, 2, false", "EC, 4, true", "RSA, 3, false"})
    void dataGoesBothWays(String algorithm, int fragments, boolean reversed) throws Exception {
        pieces = fragments;
        backwards = reversed;
        PemIdentity identity = identity(algorithm);
        shakeHands(identity);
        assertThat(heard).containsExactly(new DtlsEvent.Open());
        assertThat(served).containsExactly(new DtlsEvent.Open());
        byte[] there = "to the server".getBytes(StandardCharsets.US_ASCII);
        client.send(ByteBuffer.wrap(there), 0, there.length);
        pump(identity);
        assertThat(((DtlsEvent.Data) served.get(1)).bytes()).isEqualTo(there);
        byte[] back = new byte[1400];
        Arrays.fill(back, (byte) 7);
        Objects.requireNonNull(server).send(ByteBuffer.wrap(back), 0, back.length);
        pump(identity);
        assertThat(((DtlsEvent.Data) heard.get(1)).bytes()).isEqualTo(back);
        client.close();
        pump(identity);
        assertThat(served.get(2)).isEqualTo(new DtlsEvent.Closed());
    }

    /** Several records in one datagram are all taken, without waiting for the next datagram. */
    @Test
    void recordsOfOneDatagramAreAllTaken() throws Exception {
        PemIdentity identity = identity("EC");
        shakeHands(identity);
        for (int i = 0; i < 3; i++) {
            client.send(ByteBuffer.wrap(new byte[]{(byte) i}), 0, 1);
        }
        ByteBuffer together = ByteBuffer.allocate(500);
        for (byte[] datagram = client.pollTransmit(); datagram != null; datagram = client.pollTransmit()) {
            together.put(datagram);
        }
        Objects.requireNonNull(server).onPacket(together, 0, together.position(), 0);
        pump(identity);
        assertThat(served).hasSize(4);
    }

    private static byte[] hello(byte[] cookie) {
        int length = 2 + 32 + 1 + 1 + cookie.length + 4 + 2;
        ByteBuffer b = ByteBuffer.allocate(25 + length);
        b.put((byte) 22).putShort((short) 0xFEFD).putShort((short) 0).putShort((short) 0).putInt(5).putShort((short) (12 + length));
        b.put((byte) 1).put((byte) 0).putShort((short) length).putShort((short) 0).put(new byte[3]).put((byte) 0).putShort((short) length);
        b.putShort((short) 0xFEFD).put(new byte[32]).put((byte) 0).put((byte) cookie.length).put(cookie);
        return b.putShort((short) 2).putShort((short) 0xC02B).put((byte) 1).put((byte) 0).array();
    }

    private byte[] asked(TransportAddress from, long nowNanos) {
        byte[] first = hello(new byte[0]);
        assertThat(verifier.check(ByteBuffer.wrap(first), 0, first.length, AddressKey.of(HERE, from), nowNanos))
                .isEqualTo(HelloVerifier.Verdict.ASK);
        int length = verifier.writeRequest(out, 0);
        assertThat(length).isEqualTo(44);
        assertThat(out.getInt(7)).as("the record's sequence number is the hello's (RFC 6347, 4.2.1)").isEqualTo(5);
        byte[] cookie = new byte[16];
        out.get(28, cookie);
        return cookie;
    }

    private HelloVerifier.Verdict verdict(byte[] cookie, TransportAddress from, long nowNanos) {
        byte[] again = hello(cookie);
        return verifier.check(ByteBuffer.wrap(again), 0, again.length, AddressKey.of(HERE, from), nowNanos);
    }

    /** RFC 6347, section 4.2.1. */
    @Test
    void aCookieIsForOneAddressAndForAWhile() {
        byte[] cookie = asked(THERE, 0);
        assertThat(verdict(cookie, THERE, 0)).isEqualTo(HelloVerifier.Verdict.VALID);
        assertThat(verdict(cookie, THERE, TimeUnit.SECONDS.toNanos(90))).as("in the next minute").isEqualTo(HelloVerifier.Verdict.VALID);
        assertThat(verdict(cookie, THERE, TimeUnit.SECONDS.toNanos(121))).isEqualTo(HelloVerifier.Verdict.ASK);
        assertThat(verdict(cookie, THERE.withPort(40_001), 0)).isEqualTo(HelloVerifier.Verdict.ASK);
        cookie[3] ^= 1;
        assertThat(verdict(cookie, THERE, 0)).isEqualTo(HelloVerifier.Verdict.ASK);
        assertThat(verdict(new byte[15], THERE, 0)).isEqualTo(HelloVerifier.Verdict.ASK);
    }

    /** Whatever comes: no exception, and nothing that has shown no cookie is taken. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void mutatedHellosDoNoHarm(long seed) {
        Random dice = new Random(seed);
        byte[] sound = hello(asked(THERE, 0));
        for (int i = 0; i < 100_000; i++) {
            byte[] bytes = Arrays.copyOf(sound, dice.nextInt(sound.length + 8));
            for (int j = dice.nextInt(4); j > 0 && bytes.length > 0; j--) {
                bytes[dice.nextInt(bytes.length)] = (byte) dice.nextInt();
            }
            ByteBuffer b = ByteBuffer.wrap(bytes);
            HelloVerifier.Verdict verdict = verifier.check(b, 0, bytes.length, AddressKey.of(HERE, THERE), 0);
            if (verdict == HelloVerifier.Verdict.VALID && new HandshakeGuard().check(b, 0, bytes.length) == null) {
                HelloAssembly pieces = new HelloAssembly(verifier.cookie());
                pieces.add(b, 0, bytes.length);
                byte[] whole = pieces.whole();
                assertThat(whole == null || whole.length == 25 + HelloVerifier.uint24(ByteBuffer.wrap(whole), 14)).isTrue();
            }
        }
    }

    @Test
    void aHelloThatIsTooLongIsGivenUp() {
        byte[] huge = hello(new byte[16]);
        ByteBuffer.wrap(huge).putShort(15, (short) 9000); // a fragment of nine kilobytes
        HelloAssembly pieces = new HelloAssembly(new byte[16]);
        pieces.add(ByteBuffer.wrap(huge), 0, huge.length);
        assertThat(pieces.failed()).isTrue();
    }
}
