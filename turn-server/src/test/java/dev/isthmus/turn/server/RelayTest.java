package dev.isthmus.turn.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.stun.StunMessage;
import dev.isthmus.ice.turn.TurnAttribute;
import dev.isthmus.turn.support.TurnDialog;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Permissions, channels and data (RFC 8656, sections 9 to 12). */
class RelayTest {
    private static final byte[] DATA = {1, 2, 3, 4, 5};
    private final TurnBench bench = TurnBench.withUser();
    private final TurnDialog alice = bench.alice();

    private TransportAddress allocate() throws Exception {
        assertThat(alice.allocate()).isZero();
        return alice.relayed();
    }

    private void assertDropped(TurnBench.Out out, TurnReason reason) {
        assertThat(out.kind()).isEqualTo(Route.Kind.DROP);
        assertThat(bench.counters.get(reason)).isPositive();
    }

    @Test
    void indicationsPassBothWaysOnceThereIsAPermission() throws Exception {
        TransportAddress relayed = allocate();
        assertDropped(bench.fromClient(TurnBench.ALICE, alice.indication(TurnBench.PEER, DATA)), TurnReason.NO_PERMISSION_TO_PEER);
        assertDropped(bench.fromPeer(relayed, TurnBench.PEER, DATA), TurnReason.NO_PERMISSION_FROM_PEER);
        assertThat(alice.permit(TurnBench.PEER)).isZero();
        TurnBench.Out sent = bench.fromClient(TurnBench.ALICE, alice.indication(TurnBench.PEER, DATA));
        assertThat(sent.kind()).isEqualTo(Route.Kind.TO_PEER);
        assertThat(sent.to()).isEqualTo(TurnBench.PEER);
        assertThat(sent.bytes()).isEqualTo(DATA);
        TurnBench.Out received = bench.fromPeer(relayed, TurnBench.PEER.withPort(1234), DATA);
        StunMessage indication = new StunMessage();
        indication.wrap(ByteBuffer.wrap(received.bytes()), 0, received.bytes().length);
        assertThat(received.to()).isEqualTo(TurnBench.ALICE);
        assertThat(indication.method()).isEqualTo(TurnAttribute.METHOD_DATA);
        assertThat(indication.bytes(TurnAttribute.DATA)).isEqualTo(DATA);
        assertThat(indication.xorAddress(TurnAttribute.XOR_PEER_ADDRESS)).isEqualTo(TurnBench.PEER.withPort(1234));
    }

    @Test
    void channelsPassBothWays() throws Exception {
        TransportAddress relayed = allocate();
        for (int channel : new int[]{0x4000, 0x4FFF, 0x7FFF}) {
            TransportAddress peer = TurnBench.PEER.withPort(channel);
            assertThat(alice.bind(channel, peer)).isZero();
            TurnBench.Out sent = bench.fromClient(TurnBench.ALICE, TurnDialog.channelData(channel, DATA));
            assertThat(sent.to()).isEqualTo(peer);
            assertThat(sent.bytes()).isEqualTo(DATA);
            assertThat(bench.fromPeer(relayed, peer, DATA).bytes()).isEqualTo(TurnDialog.channelData(channel, DATA));
        }
        assertThat(bench.counters.get(TurnReason.RELAYED_TO_PEER)).isEqualTo(3);
        assertThat(bench.counters.get(TurnReason.BYTES_TO_CLIENT)).isEqualTo(15);
    }

    @Test
    void channelNumbersAndPeersBelongTogether() throws Exception {
        allocate();
        assertThat(alice.bind(0x3FFF, TurnBench.PEER)).isEqualTo(400);
        assertThat(alice.bind(0x8000, TurnBench.PEER)).isEqualTo(400);
        assertThat(alice.bind(0x4000, TurnBench.PEER)).isZero();
        assertThat(alice.bind(0x4000, TurnBench.PEER)).isZero();
        assertThat(alice.bind(0x4000, TurnBench.PEER.withPort(1))).isEqualTo(400);
        assertThat(alice.bind(0x4001, TurnBench.PEER)).isEqualTo(400);
    }

    @Test
    void aRefusedBindingInstallsNoPermissionAndChannelsHaveALimit() throws Exception {
        TransportAddress relayed = allocate();
        TransportAddress other = TurnBench.address("203.0.113.10:1");
        assertThat(alice.bind(0x4000, TurnBench.PEER)).isZero();
        assertThat(alice.bind(0x4000, other)).isEqualTo(400);
        assertDropped(bench.fromPeer(relayed, other, DATA), TurnReason.NO_PERMISSION_FROM_PEER);
        int code = 0;
        for (int i = 1; code == 0; i++) {
            code = alice.bind(0x4000 + i, TurnBench.PEER.withPort(20_000 + i));
        }
        assertThat(code).isEqualTo(508);
    }

    @Test
    void channelDataIsCheckedBeforeItIsRelayed() throws Exception {
        assertDropped(bench.fromClient(TurnBench.ALICE, TurnDialog.channelData(0x4000, DATA)), TurnReason.NO_ALLOCATION);
        allocate();
        assertDropped(bench.fromClient(TurnBench.ALICE, TurnDialog.channelData(0x4000, DATA)), TurnReason.UNKNOWN_CHANNEL);
        assertThat(alice.bind(0x4000, TurnBench.PEER)).isZero();
        byte[] lying = TurnDialog.channelData(0x4000, DATA);
        lying[3] = 6;
        assertDropped(bench.fromClient(TurnBench.ALICE, lying), TurnReason.BAD_CHANNEL_DATA);
        assertDropped(bench.fromClient(TurnBench.ALICE, new byte[]{0x40, 0, 0}), TurnReason.BAD_CHANNEL_DATA);
    }

    @Test
    void aPermissionLastsFiveMinutesAndAChannelTen() throws Exception {
        TransportAddress relayed = allocate();
        assertThat(alice.refresh(3600)).isZero();
        assertThat(alice.bind(0x4000, TurnBench.PEER)).isZero();
        bench.pass(TimeUnit.SECONDS.toNanos(299));
        assertThat(bench.fromPeer(relayed, TurnBench.PEER, DATA).kind()).isEqualTo(Route.Kind.TO_CLIENT);
        bench.pass(TimeUnit.SECONDS.toNanos(2));
        assertDropped(bench.fromPeer(relayed, TurnBench.PEER, DATA), TurnReason.NO_PERMISSION_FROM_PEER);
        assertDropped(bench.fromClient(TurnBench.ALICE, TurnDialog.channelData(0x4000, DATA)), TurnReason.NO_PERMISSION_TO_PEER);
        assertThat(alice.permit(TurnBench.PEER)).isZero();
        assertThat(bench.fromClient(TurnBench.ALICE, TurnDialog.channelData(0x4000, DATA)).kind()).isEqualTo(Route.Kind.TO_PEER);
        bench.pass(TimeUnit.SECONDS.toNanos(299));
        assertThat(alice.permit(TurnBench.PEER)).isZero();
        bench.pass(TimeUnit.SECONDS.toNanos(10));
        assertDropped(bench.fromClient(TurnBench.ALICE, TurnDialog.channelData(0x4000, DATA)), TurnReason.UNKNOWN_CHANNEL);
        assertThat(alice.bind(0x4001, TurnBench.PEER)).isZero();
    }

    @Test
    void specialPurposeAndDeniedPeersAreRefusedUnlessAllowed() throws Exception {
        allocate();
        for (String peer : new String[]{"127.0.0.1", "10.1.2.3", "169.254.169.254", "192.168.1.1", "0.0.0.0", "224.0.0.1",
                "255.255.255.255", "100.64.0.1", "198.18.0.1", "203.0.113.66"}) {
            TransportAddress address = TurnBench.address(peer + ":80");
            assertThat(alice.permit(address)).as(peer).isEqualTo(403);
            assertThat(alice.permit(TurnBench.PEER, address)).as(peer).isEqualTo(403);
            assertThat(alice.bind(0x4000, address)).as(peer).isEqualTo(403);
            assertDropped(bench.fromClient(TurnBench.ALICE, alice.indication(address, DATA)), TurnReason.SEND_FORBIDDEN);
        }
        assertDropped(bench.fromClient(TurnBench.ALICE, alice.indication(TurnBench.PEER, DATA)), TurnReason.NO_PERMISSION_TO_PEER);
        assertThat(alice.permit(TurnBench.address("[2001:db8::1]:80"))).isEqualTo(443);
        assertThat(alice.permit(TurnBench.address("8.8.8.8:53"))).isZero();
    }

    @Test
    void aMintedCredentialReachesExactlyItsPeers() throws Exception {
        TransportAddress gateway = TurnBench.address("127.0.0.1:10000");
        var secret = TurnBench.secret(gateway);
        TurnBench minted = TurnBench.minted(secret);
        String user = minted.wall / 1000 + 300 + ":x";
        TurnDialog dialog = minted.dialog(TurnBench.ALICE, user, secret.password(user));
        assertThat(dialog.allocate()).isZero();
        TransportAddress relayed = dialog.relayed();
        for (String peer : new String[]{"127.0.0.2:10000", "8.8.8.8:53", "203.0.113.9:9000"}) {
            assertThat(dialog.permit(TurnBench.address(peer))).as(peer).isEqualTo(403);
        }
        assertThat(dialog.permit(gateway)).isZero();
        for (String peer : new String[]{"127.0.0.1:8080", "127.0.0.1:10001", "8.8.8.8:53"}) {
            TransportAddress address = TurnBench.address(peer);
            assertThat(dialog.bind(0x4000, address)).as(peer).isEqualTo(403);
            assertThat(minted.fromClient(TurnBench.ALICE, dialog.indication(address, DATA)).kind()).isEqualTo(Route.Kind.DROP);
            assertThat(minted.fromPeer(relayed, address, DATA).kind()).isEqualTo(Route.Kind.DROP);
        }
        assertThat(dialog.bind(0x4000, gateway)).isZero();
        assertThat(minted.fromClient(TurnBench.ALICE, dialog.indication(gateway, DATA)).kind()).isEqualTo(Route.Kind.TO_PEER);
        assertThat(minted.fromPeer(relayed, gateway, DATA).kind()).isEqualTo(Route.Kind.TO_CLIENT);
    }
}
