package dev.isthmus.gateway.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tones (webrtc-pc, section 7; RFC 4733), told at the one side and received at the other. */
class DtmfTest {
    private static final byte END = (byte) 0x80;
    private final Pair pair = new Pair();
    private final RtpTrackSource source = new RtpTrackSource("audio");
    private final RTCRtpSender sender = pair.a.addTrack(source.track());
    private final RTCDTMFSender dtmf = Objects.requireNonNull(sender.getDtmf());
    private final List<String> told = new CopyOnWriteArrayList<>();
    /** The events whose end was received. */
    private final BlockingQueue<Integer> received = new LinkedBlockingQueue<>();
    private final CompletableFuture<Boolean> over = new CompletableFuture<>();

    @BeforeEach
    void listen() {
        dtmf.setOntonechange(e -> {
            told.add(e.getTone() + " then " + dtmf.getToneBuffer());
            if (e.getTone().isEmpty()) {
                over.complete(true);
            }
        });
        pair.b.setOnTrack(e -> e.getTrack().addSink(p -> {
            byte flags = p.buffer().get(p.payloadOffset() + 1);
            int event = p.buffer().get(p.payloadOffset());
            if (p.format().is("telephone-event") && (flags & END) != 0 && p.payloadLength() == 4) {
                received.add(event);
            }
        }));
    }

    @AfterEach
    void close() {
        pair.close();
    }

    private List<Integer> ends(int count) throws Exception {
        List<Integer> ends = new ArrayList<>();
        while (ends.size() < count) {
            ends.add(Objects.requireNonNull(received.poll(10, TimeUnit.SECONDS), "nothing more arrives"));
        }
        return ends;
    }

    @Test
    void eachToneIsToldAndSent() throws Exception {
        pair.connect();
        assertThat(dtmf.getCanInsertDTMF()).isTrue();
        dtmf.insertDTMF("1a#", 40, 30);
        Pair.get(over);
        assertThat(told).containsExactly("1 then A#", "A then #", "# then ", " then ");
        assertThat(ends(9)).as("the end of each three times").containsExactly(1, 1, 1, 12, 12, 12, 11, 11, 11);
    }

    @Test
    void laterTonesTakeThePlaceOfThoseThatWait() throws Exception {
        pair.connect();
        dtmf.addEventListener("tonechange", e -> {
            if (told.size() == 1) {
                dtmf.insertDTMF("9", 1, 1); // as short as may be: 40 ms
            }
        });
        dtmf.insertDTMF("12345", 40, 30);
        Pair.get(over);
        assertThat(told).containsExactly("1 then 2345", "9 then ", " then ");
        assertThat(ends(6)).containsExactly(1, 1, 1, 9, 9, 9);
    }

    @Test
    void tonesAreTakenBackByNone() throws Exception {
        pair.connect();
        dtmf.addEventListener("tonechange", e -> {
            if (told.size() == 1) {
                dtmf.insertDTMF("");
            }
        });
        dtmf.insertDTMF("12345", 40, 30);
        Pair.get(over);
        assertThat(told).containsExactly("1 then 2345", " then ");
    }

    @Test
    void whatCannotBeSentIsRefused() throws Exception {
        assertThat(dtmf.getCanInsertDTMF()).isFalse();
        Fails.with("InvalidStateError", () -> dtmf.insertDTMF("1"));
        pair.connect();
        Fails.with("InvalidCharacterError", () -> dtmf.insertDTMF("1E"));
        assertThat(dtmf.getToneBuffer()).isEmpty();
        assertThat(pair.a.addTransceiver("video").getSender().getDtmf()).as("of pictures").isNull();
        pair.a.removeTrack(sender);
        assertThat(dtmf.getCanInsertDTMF()).isFalse();
        Fails.with("InvalidStateError", () -> dtmf.insertDTMF("1"));
    }
}
