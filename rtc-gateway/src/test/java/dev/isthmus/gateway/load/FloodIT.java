package dev.isthmus.gateway.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.gateway.support.Caller;
import dev.isthmus.gateway.support.Gateway;
import dev.isthmus.gateway.support.Wire;
import dev.isthmus.ice.dtls.SrtpProfile;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.sim.SeededRandom;
import dev.isthmus.ice.stun.PasswordAlgorithm;
import dev.isthmus.ice.stun.MessageIntegrity;
import dev.isthmus.ice.stun.StunAttribute;
import dev.isthmus.ice.stun.StunType;
import dev.isthmus.ice.stun.StunWriter;
import dev.isthmus.ice.support.Command;
import dev.isthmus.ice.support.Metrics;
import dev.isthmus.ice.support.Peers;
import dev.isthmus.ice.support.Ports;
import dev.isthmus.ice.support.StunMutator;
import dev.isthmus.ice.turn.TurnAttribute;
import dev.isthmus.turn.support.TurnDialog;
import dev.isthmus.turn.support.TurnSocket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * A million datagrams (ten million with -Pfull) through the running daemon's ports: TURN listener, relay port, media port, plain port. Half of
 * them are valid sessions mutated with length, integrity and fingerprint computed again. Nothing throws, nothing is logged, nothing grows.
 */
class FloodIT {
    private static final int BATCH = 48;

    /** A datagram to mutate: where it goes, and the key that signs it, empty when it is no STUN. */
    private record Seed(TurnSocket from, TransportAddress to, byte[] bytes, byte[] key) {}

    private final SeededRandom random = new SeededRandom(42);
    private final StunMutator mutator = new StunMutator(random);
    private final List<Seed> seeds = new ArrayList<>();

    /** Returns the bytes of all live objects: the histogram collects first and counts what is left. */
    private static long liveBytes(Gateway gateway) throws Exception {
        Command histogram = Command.start(jcmd(), Long.toString(gateway.pid()), "GC.class_histogram");
        assertThat(histogram.await(30)).as(histogram.output()).isZero();
        String total = histogram.output().lines().filter(l -> l.startsWith("Total")).findFirst().orElseThrow();
        return Long.parseLong(total.split("\\s+")[2]);
    }

    private static String jcmd() {
        return System.getProperty("java.home") + "/bin/jcmd";
    }

    private void seedTurn(TurnSocket client, TransportAddress server, TurnDialog dialog, TransportAddress peer) {
        byte[] key = PasswordAlgorithm.MD5.key("u", "isthmus", "p");
        seeds.add(new Seed(client, server, dialog.request(TurnAttribute.METHOD_ALLOCATE,
                w -> w.int32(TurnAttribute.REQUESTED_TRANSPORT, 17L << 24).int32(TurnAttribute.LIFETIME, 600)), key));
        seeds.add(new Seed(client, server, dialog.request(TurnAttribute.METHOD_REFRESH, w -> w.int32(TurnAttribute.LIFETIME, 900)), key));
        seeds.add(new Seed(client, server,
                dialog.request(TurnAttribute.METHOD_CREATE_PERMISSION, w -> w.xorAddress(TurnAttribute.XOR_PEER_ADDRESS, peer)), key));
        seeds.add(new Seed(client, server, dialog.request(TurnAttribute.METHOD_CHANNEL_BIND,
                w -> w.int32(TurnAttribute.CHANNEL_NUMBER, 0x4000L << 16).xorAddress(TurnAttribute.XOR_PEER_ADDRESS, peer)), key));
        seeds.add(new Seed(client, server, dialog.indication(peer, new byte[100]), key));
        seeds.add(new Seed(client, server, TurnDialog.channelData(0x4000, new byte[60]), new byte[0]));
    }

    private static byte[] check(Caller caller) {
        ByteBuffer buffer = ByteBuffer.allocate(256);
        StunWriter writer = new StunWriter().begin(buffer, 0, StunType.BINDING, 1, 2)
                .text(StunAttribute.USERNAME, caller.remoteCredentials().ufrag() + ":" + caller.localCredentials().ufrag())
                .int32(StunAttribute.PRIORITY, 1).int64(StunAttribute.ICE_CONTROLLING, 1).flag(StunAttribute.USE_CANDIDATE)
                .integrity(new MessageIntegrity(), MessageIntegrity.shortTermKey(caller.remoteCredentials().password())).fingerprint();
        return Arrays.copyOf(buffer.array(), writer.length());
    }

    private void seedGateway(TurnSocket socket, Caller caller, TurnSocket phone, int plainPort, TurnSocket stranger) {
        byte[] key = MessageIntegrity.shortTermKey(caller.remoteCredentials().password());
        TransportAddress media = caller.gateway();
        TransportAddress plain = Objects.requireNonNull(TransportAddress.parse("127.0.0.1", plainPort));
        byte[] hello = new byte[80];
        hello[0] = 22;
        hello[1] = (byte) 0xfe;
        hello[2] = (byte) 0xfd;
        hello[12] = 67;
        hello[13] = 1;
        hello[16] = 55;
        hello[24] = 55;
        byte[] rtcp = {(byte) 0x80, (byte) 200, 0, 6, 0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 9, 0, 0, 0, 1, 0, 0, 0, 1, (byte) 0x81,
                (byte) 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2};
        byte[] rtp = new byte[172];
        rtp[0] = (byte) 0x80;
        rtp[1] = 111;
        for (TurnSocket from : List.of(socket, stranger)) {
            seeds.add(new Seed(from, media, check(caller), key));
            seeds.add(new Seed(from, media, hello, new byte[0]));
            seeds.add(new Seed(from, media, rtcp, new byte[0]));
            seeds.add(new Seed(from, media, caller.rtp(60), new byte[0]));
        }
        for (TurnSocket from : List.of(phone, stranger)) {
            seeds.add(new Seed(from, plain, rtp, new byte[0]));
            seeds.add(new Seed(from, plain, rtcp, new byte[0]));
        }
    }

    private void send(Seed seed) throws Exception {
        boolean stun = seed.key().length > 0;
        byte[] bytes = stun && random.below(16) != 0 ? mutator.resigned(seed.bytes(), seed.key()) : mutator.raw(seed.bytes());
        seed.from().send(seed.to(), bytes.length > 0 ? bytes : new byte[1]);
    }

    /** Half of the datagrams are STUN of valid sessions, the rest everything else. */
    private void batch() throws Exception {
        for (int i = 0; i < BATCH; i++) {
            Seed seed = seeds.get(random.below(seeds.size()));
            while (seed.key().length == 0 && random.below(3) != 0) {
                seed = seeds.get(random.below(seeds.size()));
            }
            send(seed);
        }
    }

    @Test
    void nothingThrowsNothingIsLoggedNothingGrows() throws Exception {
        int total = Peers.full() ? 10_000_000 : 1_000_000;
        int plainPort = Ports.free(4);
        try (TurnSocket client = new TurnSocket();
                TurnSocket direct = new TurnSocket();
                TurnSocket phone = new TurnSocket();
                TurnSocket stranger = new TurnSocket();
                TurnSocket sync = new TurnSocket();
                Gateway gateway = Gateway.start("isthmus.gateway.loops=1", "isthmus.turn.auth.users={u=p}",
                        "isthmus.turn.peers.allow=[\"127.0.0.0/8\"]",
                        "isthmus.gateway.endpoints.phone={send=\"" + phone.local() + "\", listen="
                                + plainPort + ", codecs=[{name=opus,pt=111}]}")) {
            TransportAddress server = gateway.turn();
            TurnDialog dialog = client.dialog(server, "u", "p");
            assertThat(dialog.allocate()).isZero();
            TransportAddress relayed = dialog.relayed();
            assertThat(dialog.bind(0x4000, phone.local())).isZero();
            Caller caller = new Caller(Wire.direct(direct), SrtpProfile.AES_128_CM_HMAC_SHA1_80);
            caller.connect(gateway, "phone");
            seedTurn(client, server, dialog, phone.local());
            seedGateway(direct, caller, phone, plainPort, stranger);
            seeds.add(new Seed(phone, relayed, new byte[100], new byte[0]));
            flood(gateway, caller, sync, server, total / 5);
            long heap = liveBytes(gateway);
            int lines = gateway.output().split("\n").length;
            flood(gateway, caller, sync, server, total - total / 5);
            long heapAfter = liveBytes(gateway);
            Metrics after = gateway.metrics();
            System.out.println("after " + total + " datagrams: heap " + heap / 1024 + " KiB before, "
                    + heapAfter / 1024
                    + " KiB after; refused by name:\n" + after.toString().lines().filter(l -> !l.startsWith("#") && !l.endsWith(" 0"))
                            .filter(l -> l.contains("_total")).reduce("", (a, b) -> a + "  " + b + "\n"));
            assertThat(after.gauge("gateway_calls")).as("the call has lived through it").isEqualTo(1);
            assertMediaCrosses(caller, phone);
            assertThat(after.count("loop_task_failed")).isZero();
            assertThat(after.count("loop_datagrams_in")).isGreaterThan(total * 95L / 100);
            assertThat(heapAfter).isLessThan(heap + (1 << 20));
            assertThat(gateway.output().split("\n")).hasSizeLessThan(lines + 3);
            for (String reason : List.of("turn_malformed", "turn_wrong_integrity", "turn_unknown_attribute", "turn_bad_request",
                    "session_unproven_source",
                    "gateway_srtp_wrong_tag", "session_malformed", "ice_wrong_integrity", "gateway_rtcp_malformed",
                    "gateway_wrong_source",
                    "turn_bad_channel_data")) {
                assertThat(after.count(reason)).as(reason).isPositive();
            }
        }
    }

    private static void assertMediaCrosses(Caller caller, TurnSocket phone) throws Exception {
        caller.send(caller.rtp(77));
        caller.send(caller.rtp(77)); // the flood has moved the numbers, so that one packet may only confirm the jump
        boolean crossed = false;
        for (byte[] packet = phone.receive(2000); packet != null && !crossed; packet = phone.receive(2000)) {
            crossed = packet.length == 12 + 77;
        }
        assertThat(crossed).isTrue();
    }

    /** After each batch a Binding is answered, so that the daemon has seen the batch: it is a test of the daemon, not of the kernel's queues. */
    private void flood(Gateway gateway, Caller caller, TurnSocket sync, TransportAddress server, int count) throws Exception {
        TurnDialog binding = sync.dialog(server, "", "");
        for (int sent = 0; sent < count; sent += BATCH) {
            batch();
            int answered = binding.ask(StunType.BINDING, w -> {});
            caller.answerWhatCame();
            assertThat(answered).as("after %d datagrams: %s", sent, gateway.output()).isZero();
        }
    }
}
