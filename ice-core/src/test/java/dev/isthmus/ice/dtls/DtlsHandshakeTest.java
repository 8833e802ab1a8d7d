package dev.isthmus.ice.dtls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.dtls.bc.BcDtlsEngine;
import dev.isthmus.ice.dtls.bc.DtlsCertificate;
import dev.isthmus.ice.dtls.bc.HandshakeWorkers;
import dev.isthmus.ice.ops.SecureRandomSource;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import java.util.ArrayList;
import org.junit.jupiter.params.provider.EnumSource;

/** Two engines shake hands over a wire that the test holds; its thread is the owner loop of both. */
class DtlsHandshakeTest {
    private final SecureRandomSource random = new SecureRandomSource();
    private final HandshakeWorkers workers = new HandshakeWorkers(4, 4, 4);
    private final Counters<DtlsReason> counters = new Counters<>(DtlsReason.class);
    private final BlockingQueue<Runnable> loop = new LinkedBlockingQueue<>();
    private final DtlsCertificate serverCertificate = DtlsCertificate.generate(random, System.currentTimeMillis());
    private final DtlsCertificate clientCertificate = DtlsCertificate.generate(random, System.currentTimeMillis());

    private final class Side {
        final BcDtlsEngine engine;
        @Nullable
        Side other;
        @Nullable
        DtlsEvent event;
        int toLose;
        /** Into pieces of how many bytes the first message is cut, or 0. */
        int cut;
        private int shift;

        Side(boolean client, Fingerprint expected, List<SrtpProfile> profiles) {
            engine = new BcDtlsEngine(
                    new BcDtlsEngine.Setup(client, List.of(client ? clientCertificate : serverCertificate), List.of(expected), profiles,
                            () -> ""),
                    new BcDtlsEngine.Owner(loop::add, this::drain, workers, random, counters));
        }

        /** The first message in pieces, the last one first; what follows has numbers behind those of the pieces. */
        private List<byte[]> pieces(byte[] datagram) {
            if (shift > 0) {
                ByteBuffer b = ByteBuffer.wrap(datagram);
                for (int at = 0; at < datagram.length; at += RECORD + (b.getShort(at + 11) & 0xffff)) {
                    b.putShort(at + 9, (short) (b.getShort(at + 9) + (b.getShort(at + 3) == 0 ? shift : 0)));
                }
                return List.of(datagram);
            }
            List<byte[]> pieces = new ArrayList<>();
            int body = datagram.length - RECORD - MESSAGE;
            for (int from = 0; from < body; from += cut) {
                int length = Math.min(cut, body - from);
                ByteBuffer piece = ByteBuffer.allocate(RECORD + MESSAGE + length).put(datagram, 0, RECORD + MESSAGE);
                piece.put(datagram, RECORD + MESSAGE + from, length);
                piece.putShort(9, (short) pieces.size()).putShort(11, (short) (MESSAGE + length));
                piece.putShort(RECORD + 7, (short) from).putShort(RECORD + 10, (short) length);
                pieces.add(0, piece.array());
            }
            shift = pieces.size() - 1;
            return pieces;
        }

        void drain() {
            for (byte[] datagram = engine.pollTransmit(); datagram != null; datagram = engine.pollTransmit()) {
                Side to = other;
                if (to != null && toLose-- <= 0) {
                    for (byte[] each : cut > 0 ? pieces(datagram) : List.of(datagram)) {
                        to.engine.onPacket(ByteBuffer.wrap(each), 0, each.length, 0);
                    }
                }
            }
            for (DtlsEvent next = engine.pollEvent(); next != null; next = engine.pollEvent()) {
                event = next;
            }
        }
    }

    private static final int RECORD = 13;
    private static final int MESSAGE = 12;

    private void run(Side client, Side server) throws InterruptedException {
        client.other = server;
        server.other = client;
        client.engine.start(0);
        while (client.event == null || server.event == null) {
            Runnable task = loop.poll(30, TimeUnit.SECONDS);
            assertThat(task).as("the handshake stands still").isNotNull();
            if (task != null) {
                task.run();
            }
            client.drain();
            server.drain();
        }
    }

    private Side client(List<SrtpProfile> profiles) {
        return new Side(true, serverCertificate.fingerprint(), profiles);
    }

    private Side server() {
        return new Side(false, clientCertificate.fingerprint(), List.of(SrtpProfile.values()));
    }

    @ParameterizedTest
    @EnumSource(SrtpProfile.class)
    void bothSidesGetTheSameKeys(SrtpProfile profile) throws Exception {
        Side client = client(List.of(profile));
        Side server = server();
        run(client, server);
        SrtpKeys ours = ((DtlsEvent.Connected) java.util.Objects.requireNonNull(client.event)).keys();
        SrtpKeys theirs = ((DtlsEvent.Connected) java.util.Objects.requireNonNull(server.event)).keys();
        assertThat(ours.profile()).isEqualTo(profile);
        assertThat(ours.localKey()).isEqualTo(theirs.remoteKey()).hasSize(16);
        assertThat(ours.remoteSalt()).isEqualTo(theirs.localSalt()).hasSize(profile.saltLength());
        assertThat(ours.localKey()).isNotEqualTo(ours.remoteKey());
    }

    @Test
    void aLostFlightIsSentAgain() throws Exception {
        Side client = client(List.of(SrtpProfile.AEAD_AES_128_GCM));
        client.toLose = 1;
        run(client, server());
        assertThat(client.event).isInstanceOf(DtlsEvent.Connected.class);
    }

    @Test
    void aClientWithAnotherCertificateIsRefused() throws Exception {
        Side server = new Side(false, serverCertificate.fingerprint(), List.of(SrtpProfile.values()));
        run(client(List.of(SrtpProfile.values())), server);
        assertThat(server.event).isInstanceOf(DtlsEvent.Failed.class);
        assertThat(counters.get(DtlsReason.WRONG_FINGERPRINT)).isEqualTo(1);
    }

    @Test
    void aServerWithAnotherCertificateIsRefused() throws Exception {
        Side client = new Side(true, clientCertificate.fingerprint(), List.of(SrtpProfile.values()));
        run(client, server());
        assertThat(client.event).isInstanceOf(DtlsEvent.Failed.class);
        assertThat(counters.get(DtlsReason.WRONG_FINGERPRINT)).isEqualTo(1);
    }

    @Test
    void theCloseOfOneSideReachesTheOther() throws Exception {
        Side client = client(List.of(SrtpProfile.values()));
        Side server = server();
        run(client, server);
        client.engine.close();
        client.drain();
        server.drain();
        assertThat(server.event).isEqualTo(new DtlsEvent.Closed());
    }

    @Test
    void theGuardNamesWhatItRefuses() {
        HandshakeGuard guard = new HandshakeGuard();
        assertThat(guard.check(ByteBuffer.wrap(record(100, 0, 100, 100)), 0, 125)).isNull();
        assertThat(guard.check(ByteBuffer.wrap(record(0xffffff, 0, 100, 100)), 0, 125)).isEqualTo(DtlsReason.HANDSHAKE_TOO_LONG);
        assertThat(guard.check(ByteBuffer.wrap(record(100, 50, 100, 100)), 0, 125)).isEqualTo(DtlsReason.BAD_FRAGMENT);
        assertThat(guard.check(ByteBuffer.wrap(record(200, 0, 200, 100)), 0, 125)).isEqualTo(DtlsReason.BAD_FRAGMENT);
        assertThat(guard.check(ByteBuffer.wrap(record(100, 0, 100, 100)), 0, 124)).isEqualTo(DtlsReason.BAD_RECORD);
        DtlsReason last = null;
        for (int i = 0; i < 70; i++) {
            last = guard.check(ByteBuffer.wrap(record(1000, i, 1, 1)), 0, 26);
        }
        assertThat(last).isEqualTo(DtlsReason.TOO_MANY_FRAGMENTS);
    }

    private static byte[] record(int length, int fragmentOffset, int fragmentLength, int bytes) {
        ByteBuffer b = ByteBuffer.allocate(13 + 12 + bytes);
        b.put(0, (byte) 22).putShort(1, (short) 0xfefd).putShort(11, (short) (12 + bytes));
        b.put(13, (byte) 1).putInt(13, 1 << 24 | length);
        b.put(19, (byte) (fragmentOffset >> 16)).putShort(20, (short) fragmentOffset);
        b.put(22, (byte) (fragmentLength >> 16)).putShort(23, (short) fragmentLength);
        return b.array();
    }

    /** Browsers whose keys are larger than a datagram send it so; which groups they name that nobody knows is in the matrix of the gateway. */
    @Test
    void aHelloInPiecesIsPutTogether() throws Exception {
        Side client = client(List.of(SrtpProfile.values()));
        client.cut = 40;
        run(client, server());
        assertThat(client.event).isInstanceOf(DtlsEvent.Connected.class);
        assertThat(client.shift).as("it was cut").isGreaterThan(2);
    }
}
