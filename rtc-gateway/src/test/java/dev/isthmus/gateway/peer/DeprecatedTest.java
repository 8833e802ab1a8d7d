package dev.isthmus.gateway.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What older programs use: whole streams, and tones by track. */
@SuppressWarnings("deprecation")
class DeprecatedTest {
    private final Pair pair = new Pair();
    private final RTCPeerConnection a = pair.a;
    private final RTCPeerConnection b = pair.b;

    @AfterEach
    void close() {
        pair.close();
    }

    @Test
    void streamsAreSentAndTakenBackAsAWhole() throws Exception {
        MediaStreamTrack audio = new RtpTrackSource("audio").track();
        MediaStreamTrack video = new RtpTrackSource("video").track();
        MediaStream stream = new MediaStream("both", audio, video);
        List<String> told = new CopyOnWriteArrayList<>();
        b.setOnTrack(e -> told.add("track " + e.getTrack().getKind()));
        b.setOnAddstream(e -> told.add("addstream " + e.getStream().getId() + " of " + e.getStream().getTracks().size()));
        b.setOnRemovestream(e -> told.add("removestream " + e.getStream().getId() + " of " + e.getStream().getTracks().size()));
        a.addStream(stream);
        a.addStream(stream);
        assertThat(a.getSenders()).hasSize(2);
        assertThat(a.getStreamById("both")).isSameAs(stream);
        Pair.negotiate(a, b);
        assertThat(told).containsExactly("track audio", "track video", "addstream both of 2");
        assertThat(Objects.requireNonNull(b.getStreamById("both")).getTracks()).hasSize(2);
        assertThat(b.getStreamById("other")).isNull();
        a.removeStream(stream);
        assertThat(a.getStreamById("both")).isNull();
        Pair.negotiate(a, b);
        assertThat(told.subList(3, told.size())).containsExactly("removestream both of 0");
        assertThat(b.getStreamById("both")).isNull();
    }

    @Test
    void aStreamThatGrowsIsToldOnce() throws Exception {
        MediaStream stream = new MediaStream("one");
        List<String> told = new CopyOnWriteArrayList<>();
        b.setOnAddstream(e -> told.add("addstream"));
        a.addTrack(new RtpTrackSource("audio").track(), stream);
        Pair.negotiate(a, b);
        a.addTrack(new RtpTrackSource("video").track(), stream);
        Pair.negotiate(a, b);
        assertThat(told).containsExactly("addstream");
    }

    @Test
    void tonesByTrack() {
        MediaStreamTrack audio = new RtpTrackSource("audio").track();
        MediaStreamTrack video = new RtpTrackSource("video").track();
        RTCRtpSender sender = a.addTrack(audio);
        a.addTrack(video);
        assertThat(a.createDTMFSender(audio)).isNotNull().isSameAs(sender.getDtmf());
        assertThat(a.createDTMFSender(video)).isNull();
        Fails.with("InvalidStateError", () -> a.createDTMFSender(new RtpTrackSource("audio").track()));
    }
}
