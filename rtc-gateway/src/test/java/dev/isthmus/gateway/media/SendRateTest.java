package dev.isthmus.gateway.media;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.gateway.rate.SimulatedLink;
import dev.isthmus.gateway.rtp.Rtcp;
import dev.isthmus.gateway.sdp.RtpCapabilities;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A source that follows what it is told, over a way whose capacity changes: transport-wide feedback, limits, pacing. In virtual time. */
class SendRateTest {
    private static final int PICTURES_A_SECOND = 25;
    private static final int PACKET = 1100;

    private static long told(MediaBench bench) {
        List<Long> all = bench.sender.bitrates;
        return all.isEmpty() ? 300_000 : all.get(all.size() - 1);
    }

    /** Sends for so many seconds as much as the source is told, and returns what it was told each second. */
    private static List<Long> send(MediaBench bench, int seconds) {
        List<Long> seen = new ArrayList<>();
        int sequence = bench.sent;
        double bytes = 0;
        for (int picture = 0; picture < seconds * PICTURES_A_SECOND; picture++) {
            bytes += told(bench) / 8.0 / PICTURES_A_SECOND;
            for (; bytes >= PACKET; bytes -= PACKET) {
                bench.give(sequence++ & 0xffff, 3600 * picture, PACKET, bytes < 2 * PACKET, 0);
            }
            bench.pass(MediaBench.SECOND / PICTURES_A_SECOND);
            if (picture % PICTURES_A_SECOND == PICTURES_A_SECOND - 1) {
                seen.add(told(bench));
            }
        }
        return seen;
    }

    @Test
    void transportWideFeedbackFindsTheCapacityAndFollowsIt() {
        SimulatedLink link = new SimulatedLink(2_000_000, 25 * MediaBench.MILLI, MediaBench.SECOND);
        MediaBench bench = new MediaBench(link);
        bench.configure(MediaBench.vp8(true, "nack", "transport-cc"), RtpCapabilities.TRANSPORT_NUMBER);
        List<Long> seen = send(bench, 10);
        assertThat(seen.get(9)).isBetween(1_600_000L, 2_000_000L * 21 / 20);
        link.longestQueueMillis();
        send(bench, 10);
        assertThat(link.longestQueueMillis()).isLessThan(150);
        link.capacity(500_000);
        assertThat(send(bench, 1).get(0)).as("within a second").isLessThanOrEqualTo(525_000);
        send(bench, 3);
        link.longestQueueMillis();
        List<Long> low = send(bench, 10);
        assertThat(low).allMatch(l -> l > 350_000 && l < 600_000);
        assertThat(link.longestQueueMillis()).isLessThan(150);
    }

    @Test
    void aPictureDoesNotLeaveAtOnceWhereTheWayIsNarrow() {
        MediaBench bench = new MediaBench(new SimulatedLink(2_000_000, 25 * MediaBench.MILLI, MediaBench.SECOND));
        bench.configure(MediaBench.vp8(false, "transport-cc"), RtpCapabilities.TRANSPORT_NUMBER);
        send(bench, 6);
        int before = bench.sent;
        for (int i = 0; i < 20; i++) {
            bench.give(before + i & 0xffff, 9_000_000, PACKET, i == 19, 0);
        }
        assertThat(bench.sent - before).as("at once").isLessThan(10);
        bench.pass(100 * MediaBench.MILLI);
        assertThat(bench.sent - before).as("but soon").isEqualTo(20);
    }

    @Test
    void withoutAnyFeedbackNothingWaits() {
        MediaBench bench = new MediaBench();
        bench.configure(MediaBench.vp8(true, "nack"));
        for (int i = 0; i < 50; i++) {
            bench.give(i, 0, PACKET, i == 49, 0);
        }
        assertThat(bench.sent).isEqualTo(50);
    }

    @Test
    void whereThePeerOnlySaysWhenItSendsItIsToldALimit() {
        SimulatedLink link = new SimulatedLink(2_000_000, 25 * MediaBench.MILLI, MediaBench.SECOND);
        MediaBench bench = new MediaBench(link);
        bench.configure(MediaBench.vp8(false, "goog-remb"), RtpCapabilities.ABSOLUTE_SEND_TIME);
        List<Long> seen = send(bench, 15);
        assertThat(MediaBench.parts(bench.receiver.rtcp, Rtcp.PAYLOAD_FEEDBACK, Rtcp.APPLICATION)).isNotEmpty();
        assertThat(seen.get(14)).isBetween(1_300_000L, 2_100_000L);
        link.capacity(500_000);
        send(bench, 3);
        assertThat(told(bench)).isLessThan(600_000);
    }

    @Test
    void aPictureThatIsLargerThanWhatIsKeptArrivesWhole() {
        MediaBench bench = new MediaBench();
        bench.configure(MediaBench.vp8(true, "nack", "transport-cc"), RtpCapabilities.TRANSPORT_NUMBER);
        for (int i = 0; i < 700; i++) {
            bench.give(i, 0, PACKET, i == 699, 0);
        }
        assertThat(bench.sent).as("some of it is paced").isLessThan(700);
        bench.pass(MediaBench.SECOND);
        assertThat(bench.receiver.heard).hasSize(700);
    }

    @Test
    void aLimitOfNothingIsNeitherNoLimitNorTheEnd() {
        MediaBench bench = new MediaBench();
        bench.configure(MediaBench.vp8(false, "goog-remb", "nack"));
        for (long limit = 0; limit < 2; limit++) {
            int before = bench.sent;
            bench.limit(limit);
            for (int i = 0; i < 20; i++) {
                bench.give(before + i, 3000 * i, PACKET, true, 0);
            }
            assertThat(bench.sent - before).as("paced").isLessThan(20);
            bench.pass(MediaBench.SECOND);
            assertThat(bench.sent - before).as("but sent").isEqualTo(20);
        }
    }

    @Test
    void aLimitOfTheDescriptionHoldsWithAndWithoutFeedback() {
        for (String feedback : new String[]{"nack", "transport-cc"}) {
            MediaBench bench = new MediaBench();
            bench.mostBitrate = 200_000;
            bench.configure(MediaBench.vp8(false, feedback), RtpCapabilities.TRANSPORT_NUMBER);
            assertThat(send(bench, 5)).endsWith(200_000L);
        }
    }
}
