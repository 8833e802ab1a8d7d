package dev.isthmus.gateway.matrix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.isthmus.gateway.peer.RTCConfiguration;
import dev.isthmus.gateway.peer.RTCDataChannel;
import dev.isthmus.gateway.peer.RTCDataChannelInit;
import dev.isthmus.gateway.peer.RTCDataChannelState;
import dev.isthmus.ice.support.Peers;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Data channels with browsers and other stacks, each as offerer and as answerer: every byte is looked at on both sides, each
 * message comes once, and in its turn where that was agreed on. */
class DataMatrixIT {
    private static final boolean FULL = Peers.full();
    private static final int SIZE = 65_536;

    @TempDir
    Path folder;

    private RealPeer open(String name) throws Exception {
        return switch (name) {
            case "chromium" -> new ChromiumPeer();
            case "firefox" -> new FirefoxPeer(folder);
            case "aiortc" -> {
                Peers.pythonModule("aiortc", "python3-aiortc");
                yield new CommandPeer("/usr/bin/python3", "src/test/peers/aiortc_peer.py");
            }
            default -> throw new IllegalArgumentException(name);
        };
    }

    /** Our end of a channel. */
    private static final class End {
        final AtomicInteger messages = new AtomicInteger();
        private final Set<Integer> seen = ConcurrentHashMap.newKeySet();
        final AtomicInteger unsound = new AtomicInteger();
        volatile @Nullable RTCDataChannel channel;

        void take(RTCDataChannel opened) {
            messages.set(0);
            seen.clear();
            channel = opened;
            opened.setOnMessage(e -> {
                byte[] message = (byte[]) e.getData();
                int number = ByteBuffer.wrap(message).getInt();
                boolean inTurn = seen.add(number) && (!opened.isOrdered() || number == messages.get());
                unsound.addAndGet(isSound(message) && inTurn ? 0 : 1);
                messages.incrementAndGet();
            });
        }

        private static boolean isSound(byte[] message) {
            int n = ByteBuffer.wrap(message).getInt();
            for (int i = 4; i < message.length; i++) {
                if (message[i] != (byte) (n + i)) {
                    return false;
                }
            }
            return true;
        }

        boolean isOpen() {
            RTCDataChannel present = channel;
            return present != null && present.getReadyState() == RTCDataChannelState.OPEN;
        }

        RTCDataChannel channel() {
            return java.util.Objects.requireNonNull(channel);
        }

        void send(int count) {
            for (int n = 0; n < count; n++) {
                ByteBuffer message = ByteBuffer.allocate(SIZE).putInt(n);
                for (int i = 4; i < SIZE; i++) {
                    message.put(i, (byte) (n + i));
                }
                await("room", () -> channel().getBufferedAmount() < 8 << 20);
                channel().send(message.array());
            }
        }
    }

    private static void await(String what, Callable<Boolean> condition) {
        Awaitility.await(what).atMost(120, TimeUnit.SECONDS).pollDelay(0, TimeUnit.MILLISECONDS).pollInterval(50, TimeUnit.MILLISECONDS)
                .until(condition);
    }

    /** A hundred megabytes each way in a full run; Python looks at them slowly. */
    private static int count(String name) {
        int full = name.equals("aiortc") ? 160 : 1600;
        return FULL ? full : 80;
    }

    private static void exchange(String name, End ours, RealPeer peer) throws Exception {
        await("our channel", ours::isOpen);
        await("the peer's channel", () -> peer.channelState().equals("open"));
        int count = count(name);
        ours.send(count);
        await("what we have sent", () -> peer.messages() == count || peer.messages() < 0);
        assertThat(peer.messages()).isEqualTo(count);
        peer.sendMessages(count, SIZE);
        await("what the peer has sent", () -> ours.messages.get() == count);
        assertThat(ours.unsound).hasValue(0);
    }

    private static void closed(End ours, RealPeer peer) {
        await("the end here", () -> ours.channel().getReadyState() == RTCDataChannelState.CLOSED);
        await("the end there", () -> peer.channelState().equals("closed"));
    }

    @ParameterizedTest(name = "{0} offers, ordered {1}")
    @CsvSource({"chromium, true, true", "chromium, false, false", "firefox, true, false", "firefox, false, true", "aiortc, true, true",
            "aiortc, false, false"})
    void theyOffer(String name, boolean ordered, boolean diagonal) throws Exception {
        assumeTrue(diagonal || FULL, "-Pfull");
        try (Echo echo = new Echo(RTCConfiguration.DEFAULT, "127.0.0.1"); RealPeer peer = open(name)) {
            End ours = new End();
            echo.pc.setOnDatachannel(e -> ours.take(e.getChannel()));
            peer.openChannel(ordered);
            peer.accept(echo.answer(peer.offer(false)));
            exchange(name, ours, peer);
            assertThat(ours.channel().isOrdered()).isEqualTo(ordered);
            peer.closeChannel();
            closed(ours, peer);
            peer.openChannel(ordered);
            exchange(name, ours, peer);
        }
    }

    @ParameterizedTest(name = "{0} is offered, ordered {1}")
    @CsvSource({"chromium, true, false", "chromium, false, true", "firefox, true, true", "firefox, false, false", "aiortc, true, false",
            "aiortc, false, true"})
    void weOffer(String name, boolean ordered, boolean diagonal) throws Exception {
        assumeTrue(diagonal || FULL, "-Pfull");
        try (Echo echo = new Echo(RTCConfiguration.DEFAULT, "127.0.0.1"); RealPeer peer = open(name)) {
            End ours = new End();
            ours.take(echo.pc.createDataChannel("matrix", RTCDataChannelInit.DEFAULT.withOrdered(ordered)));
            echo.accept(peer.answer(echo.offer()));
            exchange(name, ours, peer);
            ours.channel().close();
            closed(ours, peer);
            ours.take(echo.pc.createDataChannel("matrix", RTCDataChannelInit.DEFAULT.withOrdered(ordered)));
            exchange(name, ours, peer);
        }
    }
}
