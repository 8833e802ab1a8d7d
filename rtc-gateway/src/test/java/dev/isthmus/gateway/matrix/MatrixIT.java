package dev.isthmus.gateway.matrix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.isthmus.gateway.peer.RTCBundlePolicy;
import dev.isthmus.gateway.peer.RTCConfiguration;
import dev.isthmus.gateway.peer.RTCRtpReceiver;
import dev.isthmus.gateway.peer.RTCRtpTransceiver;
import dev.isthmus.gateway.peer.RTCRtpTransceiverDirection;
import dev.isthmus.ice.support.Peers;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Connections with browsers and other stacks, each as offerer and as answerer: sound by its frequency, pictures decoded, while media is added,
 * changes direction and goes. A usual build tries a diagonal, {@code -Pfull} everything.
 */
class MatrixIT {
    private static final boolean FULL = Peers.full();
    private static final int HERTZ = 440;

    @TempDir
    Path folder;
    private static @Nullable OwnInterface own;

    @BeforeAll
    static void makeInterface() throws Exception {
        own = new OwnInterface();
    }

    @AfterAll
    static void removeInterface() throws Exception {
        Objects.requireNonNull(own).close();
    }

    private RealPeer open(String name) throws Exception {
        return switch (name) {
            case "chromium", "firefox" -> browser(name);
            case "aiortc" -> {
                Peers.pythonModule("aiortc", "python3-aiortc");
                yield new CommandPeer("/usr/bin/python3", "src/test/peers/aiortc_peer.py");
            }
            case "gstreamer" -> {
                Peers.pythonModule("gi.repository.GstWebRTC", "python3-gi gir1.2-gst-plugins-bad-1.0 gstreamer1.0-plugins-bad");
                yield new CommandPeer("/usr/bin/python3", "src/test/peers/gstreamer_peer.py");
            }
            default -> throw new IllegalArgumentException(name);
        };
    }

    private BrowserPeer browser(String name) throws Exception {
        return name.equals("chromium") ? new ChromiumPeer() : new FirefoxPeer(folder);
    }

    /** GStreamer wants one transport from the beginning, and not by loopback. */
    private static Echo echo(String name) {
        return name.equals("gstreamer")
                ? new Echo(RTCConfiguration.DEFAULT.withBundlePolicy(RTCBundlePolicy.MAX_BUNDLE), OwnInterface.ADDRESS)
                : new Echo(RTCConfiguration.DEFAULT, "127.0.0.1");
    }

    private static void await(String what, Callable<Boolean> condition) {
        Awaitility.await(what).atMost(30, TimeUnit.SECONDS).pollInterval(200, TimeUnit.MILLISECONDS).until(condition);
    }

    private static void hears(RealPeer peer) {
        await("the tone", () -> Math.abs(peer.frequency() - HERTZ) < 15);
    }

    private static void sees(RealPeer peer) throws Exception {
        int frames = peer.framesDecoded();
        await("pictures", () -> peer.framesDecoded() >= frames + 25);
    }

    private static void hearsAndSees(RealPeer peer) throws Exception {
        hears(peer);
        sees(peer);
        hears(peer);
    }

    /** One exchange of offer and answer. */
    private interface Exchange {
        void run() throws Exception;
    }

    @ParameterizedTest(name = "{0} offers {1}")
    @CsvSource({"chromium, H264, true", "chromium, VP8, false", "firefox, VP8, false", "aiortc, VP8, true", "gstreamer, VP8, true",
            "gstreamer, H264, false"})
    void theyOffer(String name, String codec, boolean diagonal) throws Exception {
        assumeTrue(diagonal || FULL, "-Pfull");
        try (Echo echo = echo(name); RealPeer peer = open(name)) {
            Exchange exchange = () -> peer.accept(echo.answer(peer.offer(false)));
            peer.addAudio(HERTZ);
            exchange.run();
            hears(peer);
            peer.addVideo(codec);
            exchange.run();
            hearsAndSees(peer);
            if (name.equals("gstreamer")) {
                peer.direct("video", "inactive");
                exchange.run();
                pausesForGood(echo, peer);
                return;
            }
            peer.direct("audio", "inactive");
            exchange.run();
            assertThat(audio(echo).getCurrentDirection()).isEqualTo(RTCRtpTransceiverDirection.INACTIVE);
            await("silence", () -> peer.frequency() == 0);
            sees(peer);
            peer.direct("audio", "sendrecv");
            exchange.run();
            hearsAndSees(peer);
            peer.removeVideo();
            exchange.run();
            seesNoMore(echo);
            hears(peer);
        }
    }

    @ParameterizedTest(name = "{0} is offered {1}")
    @CsvSource({"chromium, VP8, false", "chromium, H264, false", "firefox, VP8, true", "aiortc, VP8, false", "gstreamer, VP8, false",
            "gstreamer, H264, true"})
    void weOffer(String name, String codec, boolean diagonal) throws Exception {
        assumeTrue(diagonal || FULL, "-Pfull");
        try (Echo echo = echo(name); RealPeer peer = open(name)) {
            Exchange exchange = () -> echo.accept(peer.answer(echo.offer()));
            echo.pc.addTransceiver("audio");
            peer.addAudio(HERTZ);
            exchange.run();
            hears(peer);
            offerVideo(echo, codec);
            peer.addVideo(codec);
            exchange.run();
            hearsAndSees(peer);
            if (name.equals("gstreamer")) {
                video(echo).setDirection(RTCRtpTransceiverDirection.INACTIVE);
                exchange.run();
                pausesForGood(echo, peer);
                return;
            }
            audio(echo).setDirection(RTCRtpTransceiverDirection.INACTIVE);
            exchange.run();
            await("silence", () -> peer.frequency() == 0);
            sees(peer);
            audio(echo).setDirection(RTCRtpTransceiverDirection.SENDRECV);
            exchange.run();
            hearsAndSees(peer);
            peer.removeVideo();
            exchange.run();
            seesNoMore(echo);
            hears(peer);
        }
    }

    private static void offerVideo(Echo echo, String codec) {
        echo.pc.addTransceiver("video")
                .setCodecPreferences(Objects.requireNonNull(RTCRtpReceiver.getCapabilities("video")).codecs().stream()
                        .filter(c -> c.mimeType().equals("video/" + codec) || c.mimeType().endsWith("/rtx")).toList());
    }

    private static RTCRtpTransceiver audio(Echo echo) {
        return echo.pc.getTransceivers().get(0);
    }

    private static RTCRtpTransceiver video(Echo echo) {
        return echo.pc.getTransceivers().get(1);
    }

    private static void seesNoMore(Echo echo) {
        assertThat(video(echo).getCurrentDirection()).isEqualTo(RTCRtpTransceiverDirection.SENDONLY);
        assertThat(video(echo).getReceiver().getTrack().isMuted()).isTrue();
    }

    /** GStreamer 1.22 knows one change of direction, to none ("transceiver direction changes are not implemented"). */
    private static void pausesForGood(Echo echo, RealPeer peer) {
        assertThat(video(echo).getCurrentDirection()).isEqualTo(RTCRtpTransceiverDirection.INACTIVE);
        hears(peer);
    }

    @ParameterizedTest
    @ValueSource(strings = {"chromium", "firefox"})
    void theyRestart(String name) throws Exception {
        try (Echo echo = echo(name); RealPeer peer = open(name)) {
            peer.addAudio(HERTZ);
            peer.addVideo("VP8");
            peer.accept(echo.answer(peer.offer(false)));
            hearsAndSees(peer);
            peer.accept(echo.answer(peer.offer(true)));
            hearsAndSees(peer);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"chromium", "firefox"})
    void weRestartAndOfferMore(String name) throws Exception {
        try (Echo echo = echo(name); RealPeer peer = open(name)) {
            peer.addAudio(HERTZ);
            peer.accept(echo.answer(peer.offer(false)));
            hears(peer);
            echo.pc.restartIce();
            offerVideo(echo, "VP8");
            String offer = echo.offer();
            peer.addVideo("VP8");
            echo.accept(peer.answer(offer));
            hearsAndSees(peer);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"chromium", "firefox"})
    void glareIsGivenWayTo(String name) throws Exception {
        try (Echo echo = echo(name); BrowserPeer peer = browser(name)) {
            peer.addAudio(HERTZ);
            peer.addVideo("VP8");
            echo.pc.addTransceiver("audio");
            echo.offer(); // which nobody ever hears of
            peer.accept(echo.answer(peer.offer(false)));
            hearsAndSees(peer);
            peer.offer(false); // which we never hear of
            peer.rollback();
            String offer = echo.offer();
            echo.accept(peer.answer(offer));
            hearsAndSees(peer);
        }
    }
}
