package dev.isthmus.gateway.media;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.gateway.GatewayReason;
import dev.isthmus.gateway.rtp.Rtcp;
import dev.isthmus.gateway.rtp.RtpHeader;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;
import dev.isthmus.gateway.rtp.HeaderExtensions;
import dev.isthmus.gateway.sdp.RtpCapabilities;
import org.junit.jupiter.api.Test;

/** What is lost is asked for and repeated (RFC 4585, RFC 4588); what cannot be repeated leads to a new picture. In virtual time. */
class RepairTest {
    private static final int PACKETS = 100;

    private static MediaBench run(MediaBench bench) {
        for (int i = 0; i < PACKETS; i++) {
            bench.give(65_500 + i & 0xffff, 3000 * i, 500, true, 0);
            bench.pass(10 * MediaBench.MILLI);
        }
        bench.pass(MediaBench.SECOND);
        return bench;
    }

    private static List<Integer> payloads(MediaBench bench) {
        return bench.receiver.heard.stream().map(h -> ByteBuffer.wrap(h.payload()).getInt(0)).sorted().toList();
    }

    private static List<Integer> all() {
        return IntStream.range(0, PACKETS).map(i -> 65_500 + i & 0xffff).sorted().boxed().toList();
    }

    @Test
    void lostPacketsComeByTheStreamOfRepairs() {
        MediaBench bench = new MediaBench();
        bench.configure(MediaBench.vp8(true, "nack", "nack pli"));
        bench.lost = n -> n == 10 || n == 30 || n == 31 || n == 32;
        run(bench);
        assertThat(payloads(bench)).as("each once").isEqualTo(all());
        assertThat(bench.receiver.heard).allMatch(h -> h.payloadType() == 96);
        assertThat(bench.receiver.counters.get(GatewayReason.REPAIRED)).isEqualTo(4);
        assertThat(bench.sender.counters.get(GatewayReason.REPEATED)).isEqualTo(4);
        assertThat(bench.sender.repeats).as("a repetition as it was").isFalse();
        assertThat(MediaBench.parts(bench.receiver.rtcp, Rtcp.TRANSPORT_FEEDBACK, Rtcp.NACK)).as("one request for each gap").hasSize(2);
        ByteBuffer three = MediaBench.parts(bench.receiver.rtcp, Rtcp.TRANSPORT_FEEDBACK, Rtcp.NACK).get(1);
        assertThat(three.capacity()).as("three packets in one item").isEqualTo(16);
        assertThat(three.getShort(14) & 0xffff).isEqualTo(3);
        assertThat(bench.sender.keyframeRequests).as("the first of a source").isEqualTo(1);
    }

    @Test
    void withoutAStreamOfRepairsTheyComeAsTheyWere() {
        MediaBench bench = new MediaBench();
        bench.configure(MediaBench.vp8(false, "nack"), dev.isthmus.gateway.sdp.RtpCapabilities.ABSOLUTE_SEND_TIME);
        bench.lost = n -> n == 10;
        run(bench);
        assertThat(payloads(bench)).isEqualTo(all());
        assertThat(bench.sender.repeats).isTrue();
        byte[] first = bench.sender.rtp.get(10);
        assertThat(bench.sender.rtp.stream().filter(p -> java.util.Arrays.equals(p, first))).as("byte by byte").hasSize(2);
    }

    @Test
    void aRepetitionThatIsLostIsAskedForAgainAfterARoundTrip() {
        MediaBench bench = new MediaBench();
        bench.configure(MediaBench.vp8(true, "nack"));
        bench.lost = n -> n == 10 || n >= 14 && n <= 16; // among them the first repetition
        run(bench);
        assertThat(payloads(bench)).isEqualTo(all());
        assertThat(MediaBench.parts(bench.receiver.rtcp, Rtcp.TRANSPORT_FEEDBACK, Rtcp.NACK).size()).isGreaterThan(2);
    }

    /** Browsers fill the way with such to try how much it carries. */
    @Test
    void aRepetitionOfWhatHasArrivedIsNotDelivered() {
        MediaBench bench = new MediaBench();
        bench.configure(MediaBench.vp8(true, "nack"));
        run(bench);
        int last = RtpHeader.sequence(ByteBuffer.wrap(bench.sender.rtp.get(PACKETS - 1)), 0);
        bench.ask(last - 3 & 0xffff);
        bench.pass(MediaBench.SECOND);
        assertThat(isRepair(bench)).isTrue();
        assertThat(payloads(bench)).as("each once").isEqualTo(all());
        assertThat(bench.receiver.counters.get(GatewayReason.REPAIRS_NOTHING)).isEqualTo(1);
    }

    @Test
    void whatIsNeverRepeatedIsGivenUpForANewPicture() {
        MediaBench bench = new MediaBench();
        bench.configure(MediaBench.vp8(true, "nack", "nack pli"));
        bench.lost = n -> n == 10 || bench.sender.rtp.size() > 0 && isRepair(bench);
        run(bench);
        assertThat(bench.receiver.heard).hasSize(PACKETS - 1);
        assertThat(MediaBench.parts(bench.receiver.rtcp, Rtcp.PAYLOAD_FEEDBACK, Rtcp.PLI)).hasSize(1);
        assertThat(MediaBench.parts(bench.receiver.rtcp, Rtcp.TRANSPORT_FEEDBACK, Rtcp.NACK)).hasSize(8);
        assertThat(bench.sender.keyframeRequests).isEqualTo(2);
    }

    private static boolean isRepair(MediaBench bench) {
        return (bench.sender.rtp.get(bench.sender.rtp.size() - 1)[1] & 0x7f) == 97;
    }

    @Test
    void aGapThatIsTooWideLeadsToANewPicture() {
        MediaBench bench = new MediaBench();
        bench.configure(MediaBench.vp8(true, "nack", "nack pli"));
        bench.give(1, 0, 100, true, 0);
        bench.lost = n -> n < 900;
        for (int i = 2; i < 1000; i++) {
            bench.give(i, 3000 * i, 100, true, 0);
            bench.pass(MediaBench.MILLI);
        }
        bench.pass(MediaBench.SECOND);
        assertThat(MediaBench.parts(bench.receiver.rtcp, Rtcp.TRANSPORT_FEEDBACK, Rtcp.NACK)).isEmpty();
        assertThat(MediaBench.parts(bench.receiver.rtcp, Rtcp.PAYLOAD_FEEDBACK, Rtcp.PLI)).hasSize(1);
    }

    @Test
    void aPeerThatKnowsOnlyFullIntraRequestsIsAskedSo() {
        MediaBench bench = new MediaBench();
        bench.configure(MediaBench.vp8(false, "ccm fir"));
        bench.give(1, 0, 100, true, 0);
        bench.pass(MediaBench.SECOND);
        bench.receiver.in.requestKeyframe();
        bench.receiver.in.requestKeyframe();
        bench.pass(MediaBench.SECOND);
        bench.receiver.in.requestKeyframe();
        bench.pass(MediaBench.SECOND);
        List<ByteBuffer> asked = MediaBench.parts(bench.receiver.rtcp, Rtcp.PAYLOAD_FEEDBACK, Rtcp.FIR);
        assertThat(asked).as("one of two at once").hasSize(2);
        assertThat(asked.get(0).getInt(12)).isEqualTo(bench.sender.out.ssrc());
        assertThat(asked.get(1).get(16) - asked.get(0).get(16)).as("each with the next number").isEqualTo(1);
        assertThat(bench.sender.keyframeRequests).isEqualTo(3);
    }

    @Test
    void aRepetitionSaysWhichEncodingItRepairs() {
        MediaBench bench = new MediaBench();
        bench.sender.out.encodings(List.of(new MediaSender.Encoding("lo", true), new MediaSender.Encoding("hi", true)));
        bench.configure(MediaBench.vp8(true, "nack"), RtpCapabilities.MID, RtpCapabilities.RID, RtpCapabilities.REPAIRED_RID);
        bench.give(1, 0, 100, true, 0);
        bench.give(1, 0, 100, true, 1);
        int first = RtpHeader.sequence(ByteBuffer.wrap(bench.sender.rtp.get(0)), 0);
        bench.ask(first);
        ByteBuffer repair = ByteBuffer.wrap(bench.sender.rtp.get(2));
        assertThat(RtpHeader.payloadType(repair, 0)).isEqualTo(97);
        assertThat(HeaderExtensions.text(repair, 0, 1)).isEqualTo("v");
        assertThat(HeaderExtensions.text(repair, 0, 2)).as("it is not of that stream").isNull();
        assertThat(HeaderExtensions.text(repair, 0, 3)).isEqualTo("lo");
        assertThat(repair.getShort(RtpHeader.length(repair, 0, repair.capacity())) & 0xffff).isEqualTo(first);
    }

    @Test
    void aPeerCannotHaveMoreRepeatedThanIsSent() {
        MediaBench bench = new MediaBench();
        bench.configure(MediaBench.vp8(true, "nack"));
        bench.give(1, 0, 100, true, 0);
        int first = RtpHeader.sequence(ByteBuffer.wrap(bench.sender.rtp.get(0)), 0);
        for (int i = 0; i < 1000; i++) {
            bench.ask(first);
            bench.pass(20 * MediaBench.MILLI);
        }
        assertThat(bench.sender.counters.get(GatewayReason.REPEATED)).isEqualTo(512);
        assertThat(bench.sender.counters.get(GatewayReason.TOO_MANY_REPEATS)).isEqualTo(488);
        bench.give(2, 3000, 100, true, 0);
        bench.ask(first);
        assertThat(bench.sender.counters.get(GatewayReason.REPEATED)).isEqualTo(513);
    }
}
