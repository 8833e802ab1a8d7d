package dev.isthmus.gateway.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.gateway.peer.RTCBundlePolicy;
import dev.isthmus.gateway.peer.RTCConfiguration;
import dev.isthmus.gateway.peer.RTCRtpReceiver;
import dev.isthmus.gateway.peer.RTCRtpTransceiver;
import dev.isthmus.gateway.peer.RTCRtpTransceiverDirection;
import dev.isthmus.ice.support.Peers;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.jspecify.annotations.Nullable;

/** Connections with browsers and other stacks, each as offerer and as answerer: sound by its frequency, pictures decoded. */
class MatrixIT {
    private static RealPeer open(String name) throws Exception {
        return switch (name) {
            case "chromium" -> new ChromiumPeer();
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

    private static void await(String what, Callable<Boolean> condition) {
        Awaitility.await(what).atMost(30, TimeUnit.SECONDS).pollInterval(200, TimeUnit.MILLISECONDS).until(condition);
    }

    private static void hearsAndSees(RealPeer peer, int hertz) throws Exception {
        await("the tone", () -> Math.abs(peer.frequency() - hertz) < 15);
        int frames = peer.framesDecoded();
        await("pictures", () -> peer.framesDecoded() >= frames + 25);
        await("the tone, still", () -> Math.abs(peer.frequency() - hertz) < 15);
    }

    private static @Nullable OwnInterface own;

    @BeforeAll
    static void makeInterface() throws Exception {
        own = new OwnInterface();
    }

    @AfterAll
    static void removeInterface() throws Exception {
        Objects.requireNonNull(own).close();
    }

    /** GStreamer wants one transport from the beginning, and not by loopback. */
    private static Echo echo(String name) {
        return name.equals("gstreamer")
                ? new Echo(RTCConfiguration.DEFAULT.withBundlePolicy(RTCBundlePolicy.MAX_BUNDLE), OwnInterface.ADDRESS)
                : new Echo(RTCConfiguration.DEFAULT, "127.0.0.1");
    }

    @ParameterizedTest
    @CsvSource({"chromium, VP8", "chromium, H264", "aiortc, VP8", "gstreamer, VP8", "gstreamer, H264"})
    void theyOffer(String name, String codec) throws Exception {
        try (Echo echo = echo(name); RealPeer peer = open(name)) {
            peer.addAudio(440);
            peer.addVideo(codec);
            peer.accept(echo.answer(peer.offer(false)));
            hearsAndSees(peer, 440);
        }
    }

    @ParameterizedTest
    @CsvSource({"chromium, VP8", "chromium, H264", "aiortc, VP8", "gstreamer, VP8", "gstreamer, H264"})
    void weOffer(String name, String codec) throws Exception {
        try (Echo echo = echo(name); RealPeer peer = open(name)) {
            echo.pc.addTransceiver("audio");
            RTCRtpTransceiver video = echo.pc.addTransceiver("video");
            video.setCodecPreferences(Objects.requireNonNull(RTCRtpReceiver.getCapabilities("video")).codecs().stream()
                    .filter(c -> c.mimeType().equals("video/" + codec)).toList());
            String offer = echo.offer();
            peer.addAudio(440);
            peer.addVideo(codec);
            echo.accept(peer.answer(offer));
            hearsAndSees(peer, 440);
        }
    }

    @Test
    void chromiumAddsATrackAndStopsSendingAnother() throws Exception {
        try (Echo echo = echo("chromium"); ChromiumPeer peer = new ChromiumPeer()) {
            peer.addAudio(440);
            peer.accept(echo.answer(peer.offer(false)));
            await("the tone", () -> Math.abs(peer.frequency() - 440) < 15);
            peer.addVideo("VP8");
            peer.accept(echo.answer(peer.offer(false)));
            hearsAndSees(peer, 440);
            peer.page.evaluate("peer.pc.getTransceivers()[0].direction = 'inactive'");
            peer.accept(echo.answer(peer.offer(false)));
            assertThat(echo.pc.getTransceivers().get(0).getCurrentDirection()).isEqualTo(RTCRtpTransceiverDirection.INACTIVE);
            int frames = peer.framesDecoded();
            await("pictures without sound", () -> peer.framesDecoded() >= frames + 25);
        }
    }

    @Test
    void weRestartAndOfferMore() throws Exception {
        try (Echo echo = echo("chromium"); ChromiumPeer peer = new ChromiumPeer()) {
            peer.addAudio(440);
            peer.accept(echo.answer(peer.offer(false)));
            await("the tone", () -> Math.abs(peer.frequency() - 440) < 15);
            echo.pc.restartIce();
            echo.pc.addTransceiver("video");
            String offer = echo.offer();
            peer.addVideo("VP8");
            echo.accept(peer.answer(offer));
            hearsAndSees(peer, 440);
        }
    }

    @Test
    void glareIsGivenWayTo() throws Exception {
        try (Echo echo = echo("chromium"); ChromiumPeer peer = new ChromiumPeer()) {
            peer.addAudio(440);
            peer.addVideo("VP8");
            echo.pc.addTransceiver("audio");
            echo.offer(); // which nobody ever hears of
            peer.accept(echo.answer(peer.offer(false)));
            hearsAndSees(peer, 440);
            peer.offer(false); // which we never hear of
            peer.page.evaluate("peer.rollback()");
            String offer = echo.offer();
            echo.accept(peer.answer(offer));
            hearsAndSees(peer, 440);
        }
    }
}
