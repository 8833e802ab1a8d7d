package dev.isthmus.gateway.support;

import dev.isthmus.ice.support.Command;
import dev.isthmus.ice.support.Peers;
import dev.isthmus.ice.support.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;

/** A plain RTP endpoint made of real programs: ffmpeg records what comes, GStreamer sends a 440 Hz tone and a moving picture. */
public final class PlainPhone implements AutoCloseable {
    private final Path folder;
    private final boolean video;
    private final int first = Ports.free(16);
    private final List<Command> running = new ArrayList<>();

    public PlainPhone(Path folder, boolean video) {
        Peers.command("ffmpeg", "ffmpeg");
        Peers.command("gst-launch-1.0", "gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good");
        this.folder = folder;
        this.video = video;
    }

    /** Returns the gateway's setting for this endpoint. */
    public String setting(String name) {
        String codecs = video ? "[{name=opus,pt=109},{name=VP8,pt=100}]" : "[{name=opus,pt=109}]";
        String picture = video ? ", video={send=\"127.0.0.1:" + (first + 4) + "\", listen=" + (first + 6) + "}" : "";
        return "isthmus.gateway.endpoints." + name + "={send=\"127.0.0.1:" + first + "\", listen=" + (first + 2) + ", codecs=" + codecs
                + picture + "}";
    }

    /** Begins to record, from the description that the gateway gives out; ends by itself after that much media. */
    public void record(String description, int seconds) throws IOException {
        Path sdp = folder.resolve("plain.sdp");
        Files.writeString(sdp, description);
        List<String> words = new ArrayList<>(List.of("ffmpeg", "-hide_banner", "-nostdin", "-y", "-protocol_whitelist", "file,udp,rtp",
                "-reorder_queue_size", "0", "-i", sdp.toString(), "-map", "0:a", "-ac", "1", "-t", Integer.toString(seconds),
                sound().toString()));
        if (video) {
            words.addAll(List.of("-map", "0:v", "-t", Integer.toString(seconds), "-f", "null", "-"));
        }
        running.add(Command.start(words.toArray(String[]::new)));
        int last = video ? first + 4 : first;
        Awaitility.await("ffmpeg opens its ports").atMost(Duration.ofSeconds(30)).until(() -> Ports.isOpen(first) && Ports.isOpen(last));
    }

    /** Begins to send. */
    public void send() throws IOException {
        running.add(
                Command.start("gst-launch-1.0", "-q", "audiotestsrc", "is-live=true", "freq=440", "!", "audio/x-raw,rate=48000,channels=2",
                        "!", "opusenc", "!", "rtpopuspay", "pt=109", "!", "udpsink", "host=127.0.0.1", "port=" + (first + 2)));
        if (video) {
            running.add(Command.start("gst-launch-1.0", "-q", "videotestsrc", "is-live=true", "pattern=ball", "!",
                    "video/x-raw,width=320,height=240,framerate=25/1", "!", "vp8enc", "deadline=1", "keyframe-max-dist=25", "!",
                    "rtpvp8pay",
                    "pt=100", "!", "udpsink", "host=127.0.0.1", "port=" + (first + 6)));
        }
    }

    /** Waits for the end of the recording and returns what the recorder said. */
    public String recorded() throws InterruptedException {
        Command ffmpeg = running.get(0);
        ffmpeg.await(60);
        return ffmpeg.output();
    }

    /** Returns how many video frames the recorder decoded. */
    public static int frames(String output) {
        int at = output.lastIndexOf("frame=");
        return at < 0 ? 0 : Integer.parseInt(output.substring(at + 6).strip().split("\\s+")[0]);
    }

    public Path sound() {
        return folder.resolve("recorded.wav");
    }

    @Override
    public void close() {
        running.forEach(Command::close);
    }
}
