package dev.isthmus.turn.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.LinkTable;
import dev.isthmus.ice.net.Loop;
import dev.isthmus.ice.net.LoopGroup;
import dev.isthmus.ice.net.NetReason;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.net.UdpPort;
import dev.isthmus.ice.ops.SecureRandomSource;
import dev.isthmus.ice.support.Namespace;
import dev.isthmus.turn.allocation.RelayAddress;
import dev.isthmus.turn.auth.AllocationQuota;
import dev.isthmus.turn.auth.AnswerLimiter;
import dev.isthmus.turn.auth.Bandwidth;
import dev.isthmus.turn.auth.CredentialPolicy;
import dev.isthmus.turn.auth.CredentialStore;
import dev.isthmus.turn.net.ConnectionLimits;
import dev.isthmus.turn.net.DatagramSetup;
import dev.isthmus.turn.net.TurnService;
import dev.isthmus.turn.peers.AddressRange;
import dev.isthmus.turn.peers.OwnAddresses;
import dev.isthmus.turn.peers.PeerPolicy;
import dev.isthmus.turn.peers.PeerRule;
import dev.isthmus.turn.server.TurnConfig;
import dev.isthmus.turn.server.TurnReason;
import dev.isthmus.turn.support.TurnDialog;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Trains over links that are not loopback: a client, a server with two loops and a peer, each in a network namespace of its own. The link to
 * the peer takes 1,280 bytes only.
 */
class TrainIT {
    private static final int CHANNEL = 0x4000;
    private static final int NARROW_MTU = 1280;
    private final List<AutoCloseable> opened = new ArrayList<>();
    private LoopGroup clientLoops;
    private LoopGroup serverLoops;
    private LoopGroup peerLoops;
    private TurnService service;
    private Party client;

    /** A socket that keeps what it reads. */
    private static final class Party {
        final BlockingQueue<byte[]> received = new LinkedBlockingQueue<>();
        final Loop loop;
        final UdpPort port;

        Party(Loop loop, String address, boolean trains) {
            this.loop = loop;
            TransportAddress at = Objects.requireNonNull(TransportAddress.parse(address, 0));
            port = loop.submit(() -> UdpPort.bind(loop, at, new UdpPort.Options(false, 4 << 20, 1 << 20, trains), (d, now) -> {
                byte[] copy = new byte[d.length()];
                d.buffer().get(d.offset(), copy);
                received.add(copy);
            })).join();
        }

        /** Sends datagrams in one turn, so that those of one length leave as a train. */
        void send(TransportAddress to, byte[]... messages) {
            AddressKey key = AddressKey.of(port.local(), to);
            loop.submit(() -> {
                for (byte[] message : messages) {
                    port.send(key, ByteBuffer.wrap(message), 0, message.length);
                }
                return true;
            }).join();
        }

        List<byte[]> take(int count) throws InterruptedException {
            List<byte[]> all = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                all.add(Objects.requireNonNull(received.poll(5, TimeUnit.SECONDS), "only " + all.size() + " of " + count));
            }
            return all;
        }
    }

    @BeforeEach
    void open() throws Exception {
        Namespace clients = opened(Namespace.create("client"));
        Namespace servers = opened(Namespace.create("server"));
        Namespace peers = opened(Namespace.create("peer"));
        Namespace.join(servers, "10.77.1.1", clients, "10.77.1.2", 1500);
        Namespace.join(servers, "10.77.2.1", peers, "10.77.2.2", NARROW_MTU);
        clientLoops = opened(new LoopGroup("client", 1));
        serverLoops = opened(new LoopGroup("server", 2));
        peerLoops = opened(new LoopGroup("peer", 1));
        clientLoops.loops().forEach(clients::enter);
        serverLoops.loops().forEach(servers::enter);
        peerLoops.loops().forEach(peers::enter);
        TransportAddress relay = Objects.requireNonNull(TransportAddress.parse("10.77.2.1", 0));
        TurnConfig config = new TurnConfig(CredentialStore.of("test", Map.of("alice", "secret"), CredentialPolicy.USER, List.of()),
                new PeerPolicy(List.of(new PeerRule(true, Objects.requireNonNull(AddressRange.parse("10.77.0.0/16")), "test")),
                        OwnAddresses.NONE),
                new TurnConfig.Features(true, false, false, false), Bandwidth.Limits.NONE, List.of(), null, "test");
        service = opened(TurnService.start(serverLoops.loops(),
                new TurnService.Setup(config,
                        List.of(DatagramSetup.plain(Objects.requireNonNull(TransportAddress.parse("10.77.1.1", 3478)))), List.of(),
                        new ConnectionLimits(10, 10, 10, 10, 4096), List.of(),
                        List.of(new RelayAddress(relay, relay)), AllocationQuota.Limits.DEFAULT, AnswerLimiter.Allowance.DEFAULT, 50_000,
                        50_999, true, true),
                new LinkTable(true), new SecureRandomSource(), System::currentTimeMillis));
        client = new Party(clientLoops.loop(0), "10.77.1.2", true);
    }

    private <T extends AutoCloseable> T opened(T resource) {
        opened.add(resource);
        return resource;
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable resource : opened.reversed()) {
            resource.close();
        }
    }

    private TransportAddress server() {
        return service.listeners().get(0);
    }

    private TurnDialog allocate() throws Exception {
        TurnDialog dialog = new TurnDialog(request -> {
            client.send(server(), request);
            byte[] answer = client.received.poll(5, TimeUnit.SECONDS);
            while (answer != null && (answer.length < 20 || !Arrays.equals(answer, 8, 20, request, 8, 20))) {
                answer = client.received.poll(5, TimeUnit.SECONDS);
            }
            return answer;
        }, "alice", "secret");
        assertThat(dialog.allocate()).isZero();
        return dialog;
    }

    private Party peer() {
        return new Party(peerLoops.loop(0), "10.77.2.2", false);
    }

    private static byte[] payload(int number, int length) {
        byte[] data = new byte[length];
        Arrays.fill(data, (byte) number);
        return data;
    }

    private static byte[][] channelData(int channel, int count, int length) {
        byte[][] messages = new byte[count][];
        for (int i = 0; i < count; i++) {
            messages[i] = TurnDialog.channelData(channel, payload(i, length));
        }
        return messages;
    }

    private long server(NetReason reason) {
        return serverLoops.loops().stream().mapToLong(loop -> loop.submit(() -> loop.counters().get(reason)).join()).sum();
    }

    @Test
    void aTrainCrossesBothWays() throws Exception {
        TurnDialog dialog = allocate();
        TransportAddress relayed = dialog.relayed();
        Party peer = peer();
        assertThat(dialog.bind(CHANNEL, peer.port.local())).isZero();
        client.send(server(), channelData(CHANNEL, 16, 1000));
        List<byte[]> up = peer.take(16);
        for (int i = 0; i < 16; i++) {
            assertThat(up.get(i)).isEqualTo(payload(i, 1000));
        }
        assertThat(server(NetReason.TRAINS_IN)).isPositive();
        assertThat(server(NetReason.TRAINS_OUT)).isPositive();
        Party sender = new Party(peerLoops.loop(0), "10.77.2.2", true);
        assertThat(dialog.bind(CHANNEL + 1, sender.port.local())).isZero();
        byte[][] down = new byte[16][];
        for (int i = 0; i < 16; i++) {
            down[i] = payload(i, 900);
        }
        sender.send(relayed, down);
        List<byte[]> received = client.take(16);
        for (int i = 0; i < 16; i++) {
            assertThat(received.get(i)).isEqualTo(TurnDialog.channelData(CHANNEL + 1, down[i]));
        }
    }

    @Test
    void aPathMtuBelowTheSegmentSplitsTheTrainAndLosesNothing() throws Exception {
        TurnDialog dialog = allocate();
        Party peer = peer();
        assertThat(dialog.bind(CHANNEL, peer.port.local())).isZero();
        client.send(server(), channelData(CHANNEL, 8, 1400));
        List<byte[]> received = peer.take(8);
        for (int i = 0; i < 8; i++) {
            assertThat(received.get(i)).isEqualTo(payload(i, 1400));
        }
        assertThat(server(NetReason.TRAINS_SPLIT)).isPositive();
        assertThat(server(NetReason.SEND_ERROR)).isZero();
    }

    @Test
    void aPeerThatAnswersWithIcmpErrorsCostsTheOtherNothing() throws Exception {
        TurnDialog dialog = allocate();
        Party gone = peer();
        TransportAddress closed = gone.port.local();
        assertThat(dialog.bind(CHANNEL, closed)).isZero();
        gone.loop.submit(() -> {
            gone.port.close();
            return true;
        }).join();
        Party served = peer();
        assertThat(dialog.bind(CHANNEL + 1, served.port.local())).isZero();
        for (int round = 0; round < 20; round++) {
            client.send(server(), channelData(CHANNEL, 4, 200));
            client.send(server(), channelData(CHANNEL + 1, 4, 200));
            assertThat(served.take(4)).allSatisfy(bytes -> assertThat(bytes).hasSize(200));
        }
        assertThat(server(NetReason.SEND_ERROR) + server(NetReason.SEND_REFUSED)).isZero();
        assertThat(service.count(TurnReason.RELAYED_TO_PEER)).isEqualTo(160);
    }

    @Test
    void trainsThatMixChannelsAndLieAboutLengthsDeliverWhatIsRight() throws Exception {
        TurnDialog dialog = allocate();
        Party one = peer();
        Party two = peer();
        assertThat(dialog.bind(CHANNEL, one.port.local())).isZero();
        assertThat(dialog.bind(CHANNEL + 1, two.port.local())).isZero();
        byte[][] train = new byte[12][];
        for (int i = 0; i < train.length; i++) {
            train[i] = TurnDialog.channelData(CHANNEL + i % 3, payload(i, 300)); // the third channel is not bound
        }
        train[3][3]++; // claims one byte more than the datagram has
        client.send(server(), train);
        assertThat(one.take(3)).containsExactly(payload(0, 300), payload(6, 300), payload(9, 300));
        assertThat(two.take(4)).containsExactly(payload(1, 300), payload(4, 300), payload(7, 300), payload(10, 300));
        assertThat(service.count(TurnReason.UNKNOWN_CHANNEL)).isEqualTo(4);
        assertThat(service.count(TurnReason.BAD_CHANNEL_DATA)).isOne();
        assertThat(server(NetReason.TRAINS_IN)).isPositive();
    }
}
