package dev.isthmus.gateway.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.gateway.GatewayReason;
import dev.isthmus.gateway.bridge.CallView;
import dev.isthmus.gateway.bridge.DataEndpoint;
import dev.isthmus.gateway.bridge.Endpoint;
import dev.isthmus.gateway.bridge.Way;
import dev.isthmus.gateway.peer.RTCConfiguration;
import dev.isthmus.gateway.peer.RTCDataChannel;
import dev.isthmus.gateway.peer.RTCDataChannelState;
import dev.isthmus.gateway.peer.RTCPeerConnection;
import dev.isthmus.gateway.peer.RTCSdpType;
import dev.isthmus.gateway.peer.RTCSessionDescription;
import dev.isthmus.gateway.peer.net.PeerNetwork;
import dev.isthmus.ice.net.LinkTable;
import dev.isthmus.ice.net.LoopGroup;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.ops.SecureRandomSource;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Data channels of calls, carried to endpoints over sockets of the loopback interface, message by message. */
class DataLegTest {
    private static final TransportAddress HOST = TransportAddress.ipv4(0x7F000001, 0);
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    private final LoopGroup loops = new LoopGroup("data-test", 2);
    private final Map<String, Endpoint> endpoints = new HashMap<>();
    private final PeerNetwork clients = PeerNetwork.start(PeerNetwork.Options.usual().withLoops(1).withHosts(List.of(HOST)));
    private @Nullable GatewayService gateway;
    private @Nullable RTCPeerConnection client;
    private String call = "";

    @AfterEach
    void close() {
        if (client != null) {
            client.close();
        }
        if (gateway != null) {
            gateway.close();
        }
        clients.close();
        loops.close();
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(10, TimeUnit.SECONDS);
    }

    private void await(String what, Callable<Boolean> until) {
        Awaitility.await(what).atMost(20, TimeUnit.SECONDS).pollDelay(0, TimeUnit.MILLISECONDS).pollInterval(20, TimeUnit.MILLISECONDS)
                .until(until);
    }

    private void endpoint(DataEndpoint.Transport transport, int port, DataEndpoint.Framing framing, boolean text) {
        endpoints.put("robot",
                new Endpoint("robot", false, List.of(), List.of(), new DataEndpoint(transport, HOST.withPort(port), framing, text)));
    }

    private GatewayService gateway() throws Exception {
        GatewayService present = gateway;
        if (present == null) {
            present = GatewayService.start(loops.loops(),
                    new GatewayService.Setup(
                            new PeerNetwork.SharedPorts(List.of(new PeerNetwork.MediaAddress(HOST, HOST)), 0, new LinkTable(false)),
                            List.of(HOST), 20000, 29999, endpoints),
                    new SecureRandomSource(), System::currentTimeMillis);
            gateway = present;
        }
        return present;
    }

    /** A call of a client that has nothing but a channel. */
    private RTCDataChannel call(String name) throws Exception {
        RTCPeerConnection pc = new RTCPeerConnection(RTCConfiguration.DEFAULT, clients);
        client = pc;
        RTCDataChannel channel = pc.createDataChannel("data");
        get(pc.setLocalDescription());
        await("candidates", () -> Objects.requireNonNull(pc.getLocalDescription()).sdp().contains("a=end-of-candidates"));
        GatewayService.Created made = get(gateway().create(Way.CALL, name, Objects.requireNonNull(pc.getLocalDescription()).sdp()));
        call = made.id();
        get(pc.setRemoteDescription(new RTCSessionDescription(RTCSdpType.ANSWER, made.answer())));
        await("open, and perhaps over already", () -> channel.getReadyState() != RTCDataChannelState.CONNECTING);
        return channel;
    }

    private static BlockingQueue<Object> messages(RTCDataChannel channel) {
        BlockingQueue<Object> messages = new LinkedBlockingQueue<>();
        channel.setOnMessage(e -> messages.add(e.getData()));
        return messages;
    }

    private static Object next(BlockingQueue<Object> messages) throws Exception {
        return Objects.requireNonNull(messages.poll(10, TimeUnit.SECONDS), "nothing comes");
    }

    private long count(GatewayReason reason) throws Exception {
        return gateway().counters().stream().mapToLong(c -> c.get(reason)).sum();
    }

    private CallView.Data data() throws Exception {
        return Objects.requireNonNull(get(gateway().view(call)).data());
    }

    private static byte[] bytes(int length, int seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    @Test
    void theEchoSendsBackTextAndBytes() throws Exception {
        endpoints.put("echo", new Endpoint("echo", true, List.of(), List.of(), DataEndpoint.ECHO_ITSELF));
        RTCDataChannel channel = call("echo");
        BlockingQueue<Object> messages = messages(channel);
        channel.send("hello");
        assertThat(next(messages)).isEqualTo("hello");
        channel.send(bytes(200_000, 1));
        assertThat(next(messages)).isEqualTo(bytes(200_000, 1));
        for (int i = 0; i < 100; i++) {
            await("room", () -> channel.getBufferedAmount() < 4 << 20);
            channel.send(bytes(200_000, i));
        }
        for (int i = 0; i < 100; i++) {
            assertThat(next(messages)).isEqualTo(bytes(200_000, i));
        }
        assertThat(data()).satisfies(d -> assertThat(d.channels()).isEqualTo(1)).satisfies(d -> assertThat(d.toEndpoint()).isEqualTo(102));
        assertThat(get(gateway().view(call)).diagnosis()).isEmpty();
    }

    @Test
    void aMessageIsADatagram() throws Exception {
        try (DatagramSocket robot = new DatagramSocket(new InetSocketAddress(LOOPBACK, 0))) {
            endpoint(DataEndpoint.Transport.UDP, robot.getLocalPort(), DataEndpoint.Framing.LENGTH, false);
            robot.setSoTimeout(10_000);
            RTCDataChannel channel = call("robot");
            BlockingQueue<Object> messages = messages(channel);
            channel.send("first");
            DatagramPacket packet = new DatagramPacket(new byte[65_536], 65_536);
            robot.receive(packet);
            assertThat(new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8)).isEqualTo("first");
            channel.send(bytes(60_000, 1));
            robot.receive(packet);
            assertThat(packet.getLength()).isEqualTo(60_000);
            robot.send(packet);
            assertThat(next(messages)).isEqualTo(bytes(60_000, 1));
            try (DatagramSocket stranger = new DatagramSocket(new InetSocketAddress(LOOPBACK, 0))) {
                stranger.send(new DatagramPacket(new byte[]{1}, 1, packet.getSocketAddress()));
                robot.send(new DatagramPacket(new byte[]{2}, 1, packet.getSocketAddress()));
                assertThat(next(messages)).as("nobody else is heard").isEqualTo(new byte[]{2});
            }
            channel.send("");
            await("what is none is counted", () -> count(GatewayReason.DATA_EMPTY) == 1);
            channel.send(bytes(100_000, 2));
            await("what is too long is counted", () -> count(GatewayReason.DATA_TOO_LONG) == 1);
            assertThat(count(GatewayReason.DATA_TO_ENDPOINT)).isEqualTo(2);
            assertThat(count(GatewayReason.DATA_TO_CLIENT)).isEqualTo(2);
        }
    }

    @Test
    void messagesOverTcpHaveTheirLengths() throws Exception {
        try (ServerSocket robot = new ServerSocket(0, 5, LOOPBACK)) {
            endpoint(DataEndpoint.Transport.TCP, robot.getLocalPort(), DataEndpoint.Framing.LENGTH, false);
            robot.setSoTimeout(10_000);
            RTCDataChannel channel = call("robot");
            BlockingQueue<Object> messages = messages(channel);
            channel.send("first");
            channel.send(new byte[0]);
            channel.send(bytes(250_000, 3));
            try (Socket flow = robot.accept()) {
                DataInputStream in = new DataInputStream(flow.getInputStream());
                DataOutputStream out = new DataOutputStream(flow.getOutputStream());
                assertThat(new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8)).isEqualTo("first");
                assertThat(in.readInt()).isZero();
                assertThat(in.readNBytes(in.readInt())).isEqualTo(bytes(250_000, 3));
                for (int i = 0; i < 50; i++) {
                    out.writeInt(1000 * i);
                    out.write(bytes(1000 * i, i));
                }
                for (int i = 0; i < 50; i++) {
                    assertThat(next(messages)).isEqualTo(bytes(1000 * i, i));
                }
                RTCDataChannel second = Objects.requireNonNull(client).createDataChannel("second");
                await("a flow of its own", () -> second.getReadyState() == RTCDataChannelState.OPEN);
                second.send("x");
                try (Socket other = robot.accept()) {
                    assertThat(new DataInputStream(other.getInputStream()).readInt()).isEqualTo(1);
                    assertThat(data().channels()).isEqualTo(2);
                    other.close();
                    await("its end", () -> second.getReadyState() == RTCDataChannelState.CLOSED);
                }
                channel.send("last words");
                channel.close();
                assertThat(new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8)).isEqualTo("last words");
                assertThat(in.read()).as("the channel's end is the flow's").isEqualTo(-1);
                await("no flow is left", () -> data().channels() == 0);
                assertThat(data().failure()).isEmpty();
            }
        }
    }

    @Test
    void linesAreTexts() throws Exception {
        try (ServerSocket robot = new ServerSocket(0, 5, LOOPBACK)) {
            endpoint(DataEndpoint.Transport.TCP, robot.getLocalPort(), DataEndpoint.Framing.LINE, true);
            robot.setSoTimeout(10_000);
            RTCDataChannel channel = call("robot");
            BlockingQueue<Object> messages = messages(channel);
            channel.send("one");
            channel.send("not\none");
            channel.send("two");
            try (Socket flow = robot.accept()) {
                assertThat(new String(flow.getInputStream().readNBytes(8), StandardCharsets.UTF_8)).isEqualTo("one\ntwo\n");
                assertThat(count(GatewayReason.DATA_HAS_LINE_END)).isEqualTo(1);
                flow.getOutputStream().write("alpha\r\nbet\u00e4\n".getBytes(StandardCharsets.UTF_8));
                assertThat(next(messages)).isEqualTo("alpha");
                assertThat(next(messages)).isEqualTo("bet\u00e4");
                flow.getOutputStream().write(new byte[300_000]);
                await("a line without an end ends the flow", () -> channel.getReadyState() == RTCDataChannelState.CLOSED);
                assertThat(count(GatewayReason.DATA_TOO_LONG)).isEqualTo(1);
            }
        }
    }

    @Test
    void anEndpointThatIsNotThereClosesTheChannelAndIsTold() throws Exception {
        int port;
        try (ServerSocket gone = new ServerSocket(0, 1, LOOPBACK)) {
            port = gone.getLocalPort();
        }
        endpoint(DataEndpoint.Transport.TCP, port, DataEndpoint.Framing.LENGTH, false);
        RTCDataChannel channel = call("robot");
        await("the end", () -> channel.getReadyState() == RTCDataChannelState.CLOSED);
        assertThat(data().failure()).contains("refused");
        assertThat(get(gateway().view(call)).diagnosis()).singleElement().asString().contains("data endpoint", "refused");
        assertThat(count(GatewayReason.DATA_UNREACHABLE)).isEqualTo(1);
    }

    @Test
    void onlySoManyChannelsHaveFlowsAndOthersAreEnded() throws Exception {
        endpoints.put("echo", new Endpoint("echo", true, List.of(), List.of(), DataEndpoint.ECHO_ITSELF));
        call("echo");
        RTCPeerConnection pc = Objects.requireNonNull(client);
        List<RTCDataChannel> more = new java.util.ArrayList<>();
        for (int i = 0; i < 40; i++) {
            more.add(pc.createDataChannel("more " + i));
        }
        await("the last ones have ended",
                () -> more.stream().filter(c -> c.getReadyState() == RTCDataChannelState.CLOSED).count() == 9);
        assertThat(count(GatewayReason.DATA_TOO_MANY_CHANNELS)).isEqualTo(9);
        assertThat(data().channels()).isEqualTo(32);
        RTCDataChannel first = more.get(0);
        first.close();
        await("room", () -> data().channels() == 31);
        RTCDataChannel again = pc.createDataChannel("again");
        BlockingQueue<Object> messages = messages(again);
        await("open", () -> again.getReadyState() == RTCDataChannelState.OPEN);
        again.send("x");
        assertThat(next(messages)).isEqualTo("x");
    }

    /** Neither a client that sends to an endpoint that does not read fills the gateway's memory, nor an endpoint whose client does not take. */
    @Test
    void whoDoesNotReadMakesTheOtherWait() throws Exception {
        try (ServerSocket robot = new ServerSocket(0, 5, LOOPBACK)) {
            endpoint(DataEndpoint.Transport.TCP, robot.getLocalPort(), DataEndpoint.Framing.LENGTH, false);
            robot.setSoTimeout(10_000);
            RTCDataChannel channel = call("robot");
            try (Socket flow = robot.accept()) {
                int sent = 0;
                while (channel.getBufferedAmount() < 12 << 20) {
                    channel.send(bytes(250_000, sent++ % 7));
                    assertThat(sent).as("it waits at the client").isLessThan(400);
                }
                DataInputStream in = new DataInputStream(flow.getInputStream());
                for (int i = 0; i < sent; i++) {
                    assertThat(in.readNBytes(in.readInt())).isEqualTo(bytes(250_000, i % 7));
                }
                await("all has left", () -> channel.getBufferedAmount() == 0);
                channel.setPaused(true);
                CompletableFuture<Integer> stuck = new CompletableFuture<>();
                BlockingQueue<Object> messages = messages(channel);
                flow.setSendBufferSize(64 * 1024);
                Thread.ofVirtual().start(() -> write(flow, stuck));
                long before = standstill();
                assertThat(stuck).as("the endpoint cannot write any more").isNotDone();
                channel.setPaused(false);
                for (int i = 0; i < 200; i++) {
                    assertThat(next(messages)).isEqualTo(bytes(200_000, i % 5));
                }
                assertThat(before).as("of forty million").isLessThan(20_000_000);
                assertThat(get(stuck)).isEqualTo(200);
            }
        }
    }

    /** Waits until what goes to the client stands still, and returns how much that was. */
    private long standstill() {
        long[] last = {-1, 0};
        Awaitility.await("the gateway reads no more").atMost(20, TimeUnit.SECONDS).pollInterval(200, TimeUnit.MILLISECONDS).until(() -> {
            long now = data().bytesToClient();
            last[1] = now == last[0] && now > 0 ? last[1] + 1 : 0;
            last[0] = now;
            return last[1] == 4;
        });
        return last[0];
    }

    private static void write(Socket to, CompletableFuture<Integer> done) {
        try {
            DataOutputStream out = new DataOutputStream(to.getOutputStream());
            for (int i = 0; i < 200; i++) {
                out.writeInt(200_000);
                out.write(bytes(200_000, i % 5));
            }
            done.complete(200);
        } catch (IOException e) {
            done.completeExceptionally(e);
        }
    }

    @Test
    void theEndOfTheCallEndsItsFlows() throws Exception {
        try (ServerSocket robot = new ServerSocket(0, 5, LOOPBACK)) {
            endpoint(DataEndpoint.Transport.TCP, robot.getLocalPort(), DataEndpoint.Framing.LENGTH, false);
            robot.setSoTimeout(10_000);
            RTCDataChannel channel = call("robot");
            channel.send("x");
            try (Socket flow = robot.accept()) {
                flow.setSoTimeout(10_000);
                assertThat(new DataInputStream(flow.getInputStream()).readInt()).isEqualTo(1);
                assertThat(get(gateway().end(Way.CALL, "robot", call))).isTrue();
                assertThat(flow.getInputStream().readAllBytes()).hasSize(1);
                await("the client hears of it", () -> channel.getReadyState() == RTCDataChannelState.CLOSED);
            }
        }
    }
}
