package dev.isthmus.gateway.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.gateway.support.Caller;
import dev.isthmus.gateway.support.Gateway;
import dev.isthmus.gateway.support.Wire;
import dev.isthmus.ice.dtls.SrtpProfile;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.support.Metrics;
import dev.isthmus.ice.support.Ports;
import dev.isthmus.turn.support.TurnDialog;
import dev.isthmus.turn.support.TurnSocket;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The running daemon allocates nothing per packet; SunJCE's Mac, with AES_128_CM, costs 40 bytes. */
class AllocationIT {
    private static final int WARM_UP = 150_000;
    private static final int STRETCHES = 3;
    private static final int MEASURED = 150_000;
    private static final int WINDOW = 32;

    /** Sends one packet each way and takes what arrives. */
    private interface Round {
        void run() throws Exception;
    }

    /**
     * Returns the least of several stretches. A hot path that makes garbage makes it in each of them; a method that the compiler takes back
     * and compiles anew makes some once, in between (the slice of the segment that receives errno, which only compiled code does without).
     */
    private static double bytesPerPacket(Gateway gateway, Round round) throws Exception {
        run(round, WARM_UP);
        double least = Double.MAX_VALUE;
        Metrics before = gateway.metrics();
        for (int stretch = 0; stretch < STRETCHES; stretch++) {
            run(round, MEASURED);
            Metrics after = gateway.metrics();
            long bytes = after.gauge("loop_allocated_bytes") - before.gauge("loop_allocated_bytes");
            least = Math.min(least, (double) bytes / MEASURED);
            before = after;
        }
        assertThat(before.count("loop_task_failed")).isZero();
        return least;
    }

    private static void run(Round round, int packets) throws Exception {
        for (int i = 0; i < packets; i += 2 * WINDOW) {
            round.run();
        }
    }

    @Test
    void channelDataBothWays() throws Exception {
        try (Gateway gateway = Gateway.start("isthmus.gateway.loops=1", "isthmus.turn.auth.users={u=p}",
                "isthmus.turn.peers.allow=[\"127.0.0.0/8\"]"); TurnSocket client = new TurnSocket(); TurnSocket peer = new TurnSocket()) {
            TransportAddress server = gateway.turn();
            TurnDialog dialog = client.dialog(server, "u", "p");
            assertThat(dialog.allocate()).isZero();
            TransportAddress relayed = dialog.relayed();
            assertThat(dialog.bind(0x4001, peer.local())).isZero();
            byte[] up = TurnDialog.channelData(0x4001, new byte[160]);
            byte[] down = new byte[160];
            double bytes = bytesPerPacket(gateway, () -> {
                for (int i = 0; i < WINDOW; i++) {
                    client.send(server, up);
                    peer.send(relayed, down);
                }
                for (int i = 0; i < WINDOW; i++) {
                    assertThat(peer.receive(5000)).hasSize(160);
                    assertThat(client.receive(5000)).hasSize(164);
                }
            });
            System.out.printf("ChannelData: %.3f bytes allocated per packet%n", bytes);
            assertThat(bytes).isLessThan(0.1);
        }
    }

    @Test
    void srtpToRtpBothWays() throws Exception {
        try (TurnSocket client = new TurnSocket(); TurnSocket phone = new TurnSocket()) {
            int port = Ports.free(4);
            try (Gateway gateway = Gateway.start("isthmus.gateway.loops=1", phone(phone, port))) {
                Caller caller = new Caller(Wire.direct(client), SrtpProfile.AES_128_CM_HMAC_SHA1_80);
                measureCall("SRTP (AES_128_CM) to RTP and back", gateway, caller, phone, port);
            }
        }
    }

    /** The whole chain on two loops: allocation, ring, SRTP, RTP and back. */
    @Test
    void aRelayedCallBothWays() throws Exception {
        try (TurnSocket client = new TurnSocket(); TurnSocket phone = new TurnSocket()) {
            int port = Ports.free(4);
            try (Gateway gateway = Gateway.start("isthmus.turn.auth.users={u=p}", "isthmus.turn.peers.allow=[\"127.0.0.0/8\"]",
                    phone(phone, port))) {
                TurnDialog dialog = client.dialog(gateway.turn(), "u", "p");
                assertThat(dialog.allocate()).isZero();
                TransportAddress relayed = dialog.relayed();
                assertThat(dialog.bind(0x4000, gateway.media())).isZero();
                Caller caller = new Caller(Wire.relayed(client, gateway.turn(), relayed, 0x4000), SrtpProfile.AES_128_CM_HMAC_SHA1_80);
                measureCall("TURN, link, SRTP (AES_128_CM) to RTP and back", gateway, caller, phone, port);
            }
        }
    }

    private static String phone(TurnSocket phone, int port) {
        return "isthmus.gateway.endpoints.phone={send=\"" + phone.local() + "\", listen=" + port
                + ", codecs=[{name=opus,pt=111}], rtcp=next}";
    }

    private static void measureCall(String name, Gateway gateway, Caller caller, TurnSocket phone, int port) throws Exception {
        caller.connect(gateway, "phone");
        TransportAddress listen = Objects.requireNonNull(TransportAddress.parse("127.0.0.1", port));
        byte[] plain = new byte[172];
        plain[0] = (byte) 0x80;
        plain[1] = 111;
        int[] sequence = {0};
        double bytes = bytesPerPacket(gateway, () -> {
            for (int i = 0; i < WINDOW; i++) {
                caller.send(caller.rtp(160));
                int number = sequence[0]++;
                plain[2] = (byte) (number >> 8);
                plain[3] = (byte) number;
                phone.send(listen, plain);
            }
            for (int i = 0; i < WINDOW; i++) {
                assertThat(phone.receive(5000)).hasSize(172);
                assertThat(caller.receive(5000)).isEqualTo(172);
            }
        });
        System.out.printf("%s: %.3f bytes allocated per packet%n", name, bytes);
        assertThat(bytes).isLessThan(40.1);
        assertThat(gateway.metrics().count("gateway_srtp_replayed")).isZero();
    }
}
