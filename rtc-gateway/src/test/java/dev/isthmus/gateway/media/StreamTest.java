package dev.isthmus.gateway.media;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.gateway.rtp.HeaderExtensions;
import dev.isthmus.gateway.rtp.Rtcp;
import dev.isthmus.gateway.rtp.RtpHeader;
import dev.isthmus.gateway.sdp.RtpCapabilities;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The streams of a sender: their numbers, names, reports and good-byes. In virtual time. */
class StreamTest {
    @Test
    void aStreamNamesItsMediaDescriptionUntilThePeerKnowsIt() {
        MediaBench bench = new MediaBench();
        bench.configure(MediaBench.vp8(false), RtpCapabilities.MID);
        for (int i = 0; i < 300; i++) {
            bench.give(i, 3000 * i, 100, true, 0);
            bench.pass(10 * MediaBench.MILLI);
        }
        assertThat(HeaderExtensions.text(ByteBuffer.wrap(bench.sender.rtp.get(0)), 0, 1)).isEqualTo("v");
        assertThat(HeaderExtensions.text(ByteBuffer.wrap(bench.sender.rtp.get(299)), 0, 1)).isNull();
        bench.pass(MediaBench.SECOND);
        assertThat(bench.receiver.heard).hasSize(300);
    }

    @Test
    void theRoundTripIsMeasured() {
        MediaBench bench = new MediaBench();
        bench.configure(MediaBench.vp8(false));
        for (int i = 0; i < 300; i++) {
            bench.give(i, 3000 * i, 100, true, 0);
            bench.pass(10 * MediaBench.MILLI);
        }
        assertThat(bench.sender.session.roundTripMillis()).isBetween(39L, 41L);
        ByteBuffer report = MediaBench.parts(bench.sender.rtcp, Rtcp.SENDER_REPORT, -1).get(0);
        assertThat(report.getInt(4)).isEqualTo(bench.sender.out.ssrc());
        assertThat(report.getInt(20)).as("packets").isPositive();
    }

    @Test
    void encodingsAreStreamsOfTheirOwnWithNames() {
        MediaBench bench = new MediaBench();
        bench.sender.out.encodings(List.of(new MediaSender.Encoding("lo", true), new MediaSender.Encoding("hi", true)));
        bench.configure(MediaBench.vp8(false), RtpCapabilities.MID, RtpCapabilities.RID);
        for (int i = 0; i < 10; i++) {
            bench.give(i, 3000 * i, 100, true, 0);
            bench.give(i, 3000 * i, 200, true, 1);
            bench.give(i, 3000 * i, 300, true, 2);
        }
        var byName = bench.sender.rtp.stream().map(ByteBuffer::wrap)
                .collect(Collectors.groupingBy(b -> String.valueOf(HeaderExtensions.text(b, 0, 2))));
        assertThat(byName).containsOnlyKeys("lo", "hi");
        assertThat(byName.getOrDefault("lo", List.of()).stream().map(b -> RtpHeader.ssrc(b, 0)).distinct()).hasSize(1);
        assertThat(byName.get("hi")).hasSize(10);
        bench.sender.out.encodings(List.of(new MediaSender.Encoding("lo", false), new MediaSender.Encoding("hi", true)));
        bench.give(11, 33_000, 100, true, 0);
        bench.give(11, 33_000, 200, true, 1);
        assertThat(bench.sender.rtp).as("one was paused").hasSize(21);
        assertThat(RtpHeader.ssrc(ByteBuffer.wrap(bench.sender.rtp.get(20)), 0))
                .isEqualTo(RtpHeader.ssrc(byName.getOrDefault("hi", List.of()).get(0), 0));
    }

    @Test
    void aSenderThatStopsSaysGoodBye() {
        MediaBench bench = new MediaBench();
        bench.configure(MediaBench.vp8(false));
        bench.give(1, 0, 100, true, 0);
        bench.pass(100 * MediaBench.MILLI);
        bench.sender.out.stop();
        bench.give(2, 3000, 100, true, 0);
        bench.pass(100 * MediaBench.MILLI);
        List<ByteBuffer> bye = MediaBench.parts(bench.sender.rtcp, Rtcp.BYE, -1);
        assertThat(bye).hasSize(1);
        assertThat(bye.get(0).getInt(4)).isEqualTo(bench.sender.out.ssrc());
        assertThat(bench.receiver.heard).hasSize(1);
        assertThat(bench.receiver.session.sources().streams()).isEmpty();
    }

    @Test
    void aReceiverIsSilentWhenItsLastSourceSaysGoodBye() {
        MediaBench bench = new MediaBench();
        bench.sender.out.encodings(List.of(new MediaSender.Encoding("lo", true), new MediaSender.Encoding("hi", true)));
        bench.configure(MediaBench.vp8(false), RtpCapabilities.MID);
        bench.give(1, 0, 100, true, 0);
        bench.give(1, 0, 100, true, 1);
        bench.pass(100 * MediaBench.MILLI);
        assertThat(bench.receiver.comes).containsExactly(true);
        ByteBuffer both = ByteBuffer.allocate(12).putInt(0x82cb0002);
        bench.receiver.session.sources().streams().forEach(s -> both.putInt(s.ssrc));
        bench.receiver.session.onRtcp(both, 0, 12, bench.now);
        assertThat(bench.receiver.session.sources().streams()).as("one packet for both").isEmpty();
        assertThat(bench.receiver.comes).containsExactly(true, false);
        bench.give(2, 3000, 100, true, 0);
        bench.pass(100 * MediaBench.MILLI);
        assertThat(bench.receiver.comes).containsExactly(true, false, true);
    }

    @Test
    void aSourceOfWhichNothingIsHeardIsForgotten() {
        MediaBench bench = new MediaBench();
        bench.configure(MediaBench.vp8(false), RtpCapabilities.MID);
        bench.give(1, 0, 100, true, 0);
        bench.pass(60 * MediaBench.SECOND);
        assertThat(bench.receiver.comes).as("its reports still come").containsExactly(true);
        bench.cut = true;
        bench.pass(20 * MediaBench.SECOND);
        assertThat(bench.receiver.comes).containsExactly(true);
        bench.pass(7 * MediaBench.SECOND);
        assertThat(bench.receiver.comes).containsExactly(true, false);
        assertThat(bench.receiver.session.sources().streams()).isEmpty();
    }

    @Test
    void moreSourcesThanOneReportCanSayAreToldInSeveral() {
        MediaBench bench = new MediaBench();
        List<MediaSender.Encoding> all = IntStream.range(0, 40).mapToObj(i -> new MediaSender.Encoding("e" + i, true)).toList();
        bench.sender.out.encodings(all);
        bench.configure(MediaBench.vp8(false), RtpCapabilities.MID);
        for (int i = 0; i < 40; i++) {
            bench.give(1, 0, 100, true, i);
        }
        bench.pass(1500 * MediaBench.MILLI);
        List<Integer> blocks = MediaBench.parts(bench.receiver.rtcp, Rtcp.RECEIVER_REPORT, -1).stream().map(b -> b.get(0) & 0x1f).toList();
        assertThat(blocks).containsExactly(31, 9);
    }
}
