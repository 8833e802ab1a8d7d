package dev.isthmus.gateway.matrix;

import dev.isthmus.gateway.support.Middle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.isthmus.gateway.peer.RTCConfiguration;
import dev.isthmus.gateway.peer.RTCDataChannel;
import dev.isthmus.gateway.peer.RTCDataChannelInit;
import dev.isthmus.gateway.peer.RTCDataChannelState;
import dev.isthmus.ice.support.Peers;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
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
            case "gstreamer" -> {
                Peers.pythonModule("gi", "python3-gi gir1.2-gst-plugins-bad-1.0 gstreamer1.0-nice gstreamer1.0-plugins-bad");
                yield new CommandPeer("/usr/bin/python3", "src/test/peers/gstreamer_peer.py", "loopback");
            }
            case "werift", "node-datachannel" -> {
                Peers.nodeModule(Path.of("src/test/peers"), name);
                yield new CommandPeer("node", "src/test/peers/" + name.replace('-', '_') + "_peer.mjs");
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
            boolean ordered = opened.getLabel().equals(RealPeer.label(true)); // werift says of a partial one that it is, and sends otherwise
            opened.setOnMessage(e -> {
                byte[] message = (byte[]) e.getData();
                int number = ByteBuffer.wrap(message).getInt();
                boolean inTurn = seen.add(number) && (!ordered || number == messages.get());
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

        void send(int count, int size) {
            for (int n = 0; n < count; n++) {
                ByteBuffer message = ByteBuffer.allocate(size).putInt(n);
                for (int i = 4; i < size; i++) {
                    message.put(i, (byte) (n + i));
                }
                await("room", () -> channel().getBufferedAmount() < 8 << 20);
                channel().send(message.array());
            }
        }
    }

    private static void await(String what, Callable<Boolean> condition) {
        Awaitility.await(what).atMost(FULL ? 300 : 60, TimeUnit.SECONDS).pollDelay(0, TimeUnit.MILLISECONDS)
                .pollInterval(50, TimeUnit.MILLISECONDS)
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
        ours.send(count, SIZE);
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
            "aiortc, false, false", "gstreamer, true, false", "gstreamer, false, true", "werift, true, true", "werift, false, false",
            "node-datachannel, true, false", "node-datachannel, false, true"})
    void theyOffer(String name, boolean ordered, boolean diagonal) throws Exception {
        assumeTrue(diagonal || FULL, "-Pfull");
        try (Echo echo = new Echo(RTCConfiguration.DEFAULT, "127.0.0.1"); RealPeer peer = open(name)) {
            End ours = new End();
            echo.pc.setOnDatachannel(e -> ours.take(e.getChannel()));
            peer.openChannel(ordered, -1);
            peer.accept(echo.answer(peer.offer(false)));
            exchange(name, ours, peer);
            assertThat(ours.channel().isOrdered()).isEqualTo(ordered);
            peer.closeChannel();
            closed(ours, peer);
            peer.openChannel(ordered, -1);
            exchange(name, ours, peer);
        }
    }

    @ParameterizedTest(name = "{0} is offered, ordered {1}")
    @CsvSource({"chromium, true, false", "chromium, false, true", "firefox, true, true", "firefox, false, false", "aiortc, true, false",
            "aiortc, false, true", "gstreamer, true, true", "gstreamer, false, false", "werift, true, false", "werift, false, true",
            "node-datachannel, true, true", "node-datachannel, false, false"})
    void weOffer(String name, boolean ordered, boolean diagonal) throws Exception {
        assumeTrue(diagonal || FULL, "-Pfull");
        try (Echo echo = new Echo(RTCConfiguration.DEFAULT, "127.0.0.1"); RealPeer peer = open(name)) {
            End ours = new End();
            ours.take(echo.pc.createDataChannel(RealPeer.label(ordered), RTCDataChannelInit.DEFAULT.withOrdered(ordered)));
            echo.accept(peer.answer(echo.offer()));
            exchange(name, ours, peer);
            ours.channel().close();
            closed(ours, peer);
            ours.take(echo.pc.createDataChannel(RealPeer.label(ordered), RTCDataChannelInit.DEFAULT.withOrdered(ordered)));
            exchange(name, ours, peer);
        }
    }

    /** Loses some of the packets with messages, up to a number; the others are small. */
    private static final class Losses implements Middle.Rule {
        static final int MOST = 20;
        private static final int EACH = 37;
        private static final int SMALL = 500;
        private final AtomicInteger ofA = new AtomicInteger();
        private final AtomicInteger ofB = new AtomicInteger();
        final AtomicInteger lostOfA = new AtomicInteger();
        final AtomicInteger lostOfB = new AtomicInteger();

        @Override
        public byte @Nullable [] pass(boolean fromA, byte[] datagram) {
            AtomicInteger lost = fromA ? lostOfA : lostOfB;
            boolean chosen = datagram.length > SMALL && (fromA ? ofA : ofB).incrementAndGet() % EACH == 0;
            if (!chosen || lost.get() >= MOST) {
                return datagram;
            }
            lost.incrementAndGet();
            return null;
        }
    }

    /** A packet that was lost had one message at least, and parts of three at most. */
    private static boolean isLess(int count, int messages) {
        return messages <= count - Losses.MOST && messages >= count - 3 * Losses.MOST;
    }

    /** A message that is lost is not sent again, no other is held up by that, and each comes once. */
    @ParameterizedTest(name = "{0} offers {1}")
    @CsvSource({"chromium, true", "chromium, false", "firefox, true", "firefox, false", "aiortc, true", "aiortc, false", "gstreamer, true",
            "gstreamer, false", "werift, true", "werift, false", "node-datachannel, true", "node-datachannel, false"})
    void whatIsLostStaysLostWhereThatWasAgreedOn(String name, boolean theyOffer) throws Exception {
        boolean diagonal = theyOffer == List.of("chromium", "aiortc", "node-datachannel").contains(name);
        assumeTrue(diagonal || FULL, "-Pfull");
        try (Middle middle = new Middle(); Echo echo = new Echo(RTCConfiguration.DEFAULT, "127.0.0.1"); RealPeer peer = open(name)) {
            End ours = new End();
            if (theyOffer) {
                echo.pc.setOnDatachannel(e -> ours.take(e.getChannel()));
                peer.openChannel(false, 0);
                peer.accept(middle.alone(echo.answer(middle.alone(peer.offer(false), true)), false));
            } else {
                ours.take(echo.pc.createDataChannel(RealPeer.label(false),
                        RTCDataChannelInit.DEFAULT.withOrdered(false).withMaxRetransmits(0)));
                echo.accept(middle.alone(peer.answer(middle.alone(echo.offer(), false)), true));
            }
            await("our channel", ours::isOpen);
            await("the peer's channel", () -> peer.channelState().equals("open"));
            boolean honours = !name.equals("werift"); // which takes 0 for as often as it takes
            Losses losses = new Losses();
            middle.rule = losses;
            int count = 2000;
            ours.send(count, 1000);
            await("what was not lost", () -> losses.lostOfB.get() == Losses.MOST && isLess(count, peer.messages()));
            peer.sendMessages(count, 1000);
            await("what the peer has not lost",
                    () -> losses.lostOfA.get() == Losses.MOST
                            && (honours ? isLess(count, ours.messages.get()) : ours.messages.get() == count));
            assertThat(isLess(count, peer.messages())).as("nothing more has come, and each once").isTrue();
            assertThat(ours.unsound).hasValue(0);
        }
    }
}
