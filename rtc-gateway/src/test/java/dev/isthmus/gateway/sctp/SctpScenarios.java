package dev.isthmus.gateway.sctp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Associations over good and bad ways: they begin, carry messages, and end (RFC 9260, RFC 3758, RFC 6525, RFC 8260, RFC 9653). */
abstract class SctpScenarios {
    private final SctpBench bench;
    private final SctpBench.Side a;
    private final SctpBench.Side b;
    private final boolean mixes;

    SctpScenarios(boolean mixes) {
        SctpAssociation.Setup usual = SctpAssociation.Setup.usual(5000, 5000, 262_144);
        this.mixes = mixes;
        this.bench = new SctpBench(mixes ? usual : usual.unmixed());
        this.a = bench.a;
        this.b = bench.b;
    }

    private static byte[] text(int i) {
        return ("message " + i).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    }

    private static List<String> texts(SctpBench.Side of) {
        return of.messages.stream().map(m -> new String(m.data(), java.nio.charset.StandardCharsets.US_ASCII)).toList();
    }

    private static List<String> all(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "message " + i).toList();
    }

    @Test
    void bothBeginAtOnce() {
        bench.connect();
        assertThat(a.told(SctpEvent.Connected.class)).containsExactly(new SctpEvent.Connected(65_535, 65_535));
        assertThat(b.told(SctpEvent.Connected.class)).hasSize(1);
        bench.pass(20 * SctpBench.SECOND);
        assertThat(a.told(SctpEvent.Connected.class)).as("once").hasSize(1);
    }

    @Test
    void oneBeginsAndTheOtherAnswers() {
        a.association.start(bench.now);
        a.drain();
        bench.until(() -> a.is(SctpState.ESTABLISHED) && b.is(SctpState.ESTABLISHED), SctpBench.SECOND);
        b.send(7, text(1));
        bench.pass(SctpBench.SECOND);
        assertThat(a.messages.get(0).stream()).isEqualTo(7);
        assertThat(a.messages.get(0).protocol()).isEqualTo(51);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
    void eachPacketOfTheBeginningMayBeLost(int which) {
        int[] count = new int[1];
        bench.fate = (fromA, packet) -> count[0]++ == which ? -1 : 10 * SctpBench.MILLI;
        bench.connect();
        a.send(1, text(1));
        b.send(1, text(2));
        bench.pass(5 * SctpBench.SECOND);
        assertThat(texts(b)).containsExactly("message 1");
        assertThat(texts(a)).containsExactly("message 2");
    }

    @Test
    void largeAndSmallMessagesInOrder() {
        bench.connect();
        byte[] large = bench.bytes(262_144);
        a.send(1, text(0));
        a.send(1, large);
        a.send(1, text(1));
        a.send(1, new byte[]{1});
        bench.until(() -> b.messages.size() == 4, 20 * SctpBench.SECOND);
        assertThat(b.messages.get(1).data()).isEqualTo(large);
        assertThat(b.messages.get(3).data()).containsExactly(1);
        assertThat(a.told(SctpEvent.Sent.class).stream().mapToInt(SctpEvent.Sent::bytes).sum()).isEqualTo(262_144 + 9 + 9 + 1);
        bench.pass(SctpBench.SECOND);
        assertThat(a.association.buffered()).isZero();
        assertThat(a.sent).allMatch(p -> p.length <= SctpAssociation.Setup.USUAL_PACKET);
    }

    @Test
    void aSmallMessageOvertakesALargeOneOnAnotherStream() {
        assumeTrue(mixes);
        bench.connect();
        a.send(1, bench.bytes(262_144));
        a.send(2, text(1));
        bench.until(() -> b.messages.size() == 2, 20 * SctpBench.SECOND);
        assertThat(b.messages.get(0).stream()).as("since parts of both are mixed").isEqualTo(2);
    }

    @Test
    void streamsGetTheirShare() {
        bench.connect();
        a.association.weight(1, 128);
        a.association.weight(2, 1024);
        for (int i = 0; i < 200; i++) {
            a.association.send(1, 51, new byte[1000], SendOptions.RELIABLE, bench.now);
            a.association.send(2, 51, new byte[1000], SendOptions.RELIABLE, bench.now);
        }
        a.drain();
        bench.until(() -> b.messages.size() == 180, 20 * SctpBench.SECOND);
        long first = b.messages.stream().filter(m -> m.stream() == 1).count();
        assertThat(first).as("one of nine").isBetween(15L, 25L);
    }

    /** Ten of a hundred are lost, and many overtake others. */
    private void badWay() {
        bench.fate = (fromA, packet) -> bench.random.below(10) == 0 ? -1 : (10 + bench.random.below(20)) * SctpBench.MILLI;
    }

    @Test
    void everythingArrivesInOrderOverABadWay() {
        badWay();
        bench.connect();
        List<byte[]> sent = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            byte[] message = bench.bytes(1 + bench.random.below(20_000));
            sent.add(message);
            a.send(3, message);
            b.send(3, text(i));
        }
        bench.until(() -> b.messages.size() == 100 && a.messages.size() == 100, 300 * SctpBench.SECOND);
        for (int i = 0; i < 100; i++) {
            assertThat(b.messages.get(i).data()).isEqualTo(sent.get(i));
        }
        assertThat(texts(a)).isEqualTo(all(0, 100));
        bench.pass(60 * SctpBench.SECOND);
        assertThat(b.messages).as("each once").hasSize(100);
        assertThat(a.counters.get(SctpReason.SENT_AGAIN_FAST)).isPositive();
    }

    @Test
    void outOfOrderNothingWaitsForAnything() {
        bench.connect();
        int[] count = new int[1];
        bench.fate = (fromA, packet) -> fromA && count[0]++ == 0 ? -1 : 10 * SctpBench.MILLI;
        SendOptions loose = new SendOptions(false, -1, -1);
        for (int i = 0; i < 5; i++) {
            a.send(1, text(i), loose);
        }
        bench.pass(15 * SctpBench.MILLI);
        assertThat(texts(b)).isEqualTo(all(1, 5));
        bench.pass(SctpBench.SECOND);
        assertThat(texts(b)).containsExactly("message 1", "message 2", "message 3", "message 4", "message 0");
    }

    @Test
    void oneLossIsRepairedByWhatComesBehindIt() {
        bench.connect();
        a.send(1, bench.bytes(20_000));
        bench.pass(SctpBench.SECOND);
        int[] count = new int[1];
        bench.fate = (fromA, packet) -> fromA && count[0]++ == 0 ? -1 : 10 * SctpBench.MILLI;
        long before = bench.now;
        a.send(1, bench.bytes(10_000));
        bench.until(() -> b.messages.size() == 2, SctpBench.SECOND);
        assertThat(bench.now - before).as("without waiting for the timer").isLessThan(100 * SctpBench.MILLI);
        assertThat(a.counters.get(SctpReason.SENT_AGAIN_FAST)).isEqualTo(1);
        assertThat(a.counters.get(SctpReason.SENT_AGAIN)).isZero();
        assertThat(b.counters.get(SctpReason.DUPLICATE)).isZero();
    }

    @Test
    void aLossWithNothingBehindItIsRepairedByTheTimer() {
        bench.connect();
        int[] count = new int[1];
        bench.fate = (fromA, packet) -> fromA && count[0]++ == 0 ? -1 : 10 * SctpBench.MILLI;
        a.send(1, text(1));
        bench.until(() -> b.messages.size() == 1, SctpBench.SECOND);
        assertThat(a.counters.get(SctpReason.TIMER_EXPIRED)).isEqualTo(1);
        assertThat(a.counters.get(SctpReason.SENT_AGAIN)).isEqualTo(1);
    }

    @Test
    void aMessageThatMayNotBeRepeatedIsGivenUp() {
        bench.connect();
        for (boolean ordered : new boolean[]{true, false}) {
            b.messages.clear();
            int[] count = new int[1];
            bench.fate = (fromA, packet) -> fromA && count[0]++ == 1 ? -1 : 10 * SctpBench.MILLI;
            SendOptions once = new SendOptions(ordered, -1, 0);
            for (int i = 0; i < 6; i++) {
                a.send(4, text(i), once);
            }
            bench.pass(3 * SctpBench.SECOND);
            assertThat(texts(b)).containsExactly("message 0", "message 2", "message 3", "message 4", "message 5");
            a.send(4, text(7));
            bench.pass(SctpBench.SECOND);
            assertThat(texts(b)).endsWith("message 7");
        }
        assertThat(a.counters.get(SctpReason.ABANDONED)).isEqualTo(2);
    }

    @Test
    void aMessageWhoseTimeIsOverIsGivenUp() {
        bench.connect();
        SendOptions brief = new SendOptions(true, 300 * SctpBench.MILLI, -1);
        bench.fate = (fromA, packet) -> -1;
        byte[] large = bench.bytes(30_000);
        a.send(1, large, brief);
        a.send(1, text(1), brief);
        bench.pass(SctpBench.SECOND);
        bench.fate = (fromA, packet) -> 10 * SctpBench.MILLI;
        a.send(1, text(2));
        bench.pass(10 * SctpBench.SECOND);
        assertThat(texts(b)).containsExactly("message 2");
        assertThat(a.counters.get(SctpReason.ABANDONED)).isEqualTo(2);
        assertThat(a.association.buffered()).isZero();
        assertThat(a.told(SctpEvent.Sent.class).stream().mapToInt(SctpEvent.Sent::bytes).sum()).isEqualTo(30_000 + 9 + 9);
    }

    @Test
    void aStreamThatWasResetIsUsedAnew() {
        bench.connect();
        a.send(5, text(1));
        a.send(5, bench.bytes(50_000));
        a.association.reset(5);
        a.drain();
        bench.until(() -> !a.told(SctpEvent.OutgoingReset.class).isEmpty(), 20 * SctpBench.SECOND);
        assertThat(b.messages).as("what was sent before").hasSize(2);
        assertThat(b.told(SctpEvent.IncomingReset.class)).containsExactly(new SctpEvent.IncomingReset(List.of(5)));
        assertThat(a.told(SctpEvent.OutgoingReset.class)).containsExactly(new SctpEvent.OutgoingReset(List.of(5)));
        a.send(5, text(2));
        bench.pass(SctpBench.SECOND);
        assertThat(new String(b.messages.get(2).data(), java.nio.charset.StandardCharsets.US_ASCII)).isEqualTo("message 2");
    }

    @Test
    void manyStreamsAreResetOverABadWay() {
        badWay();
        bench.connect();
        for (int i = 0; i < 300; i++) {
            a.association.send(i, 51, text(i), SendOptions.RELIABLE, bench.now);
            a.association.reset(i);
        }
        a.drain();
        bench.until(() -> a.told(SctpEvent.OutgoingReset.class).stream().mapToInt(e -> e.streams().size()).sum() == 300,
                60 * SctpBench.SECOND);
        assertThat(b.told(SctpEvent.IncomingReset.class).stream().flatMap(e -> e.streams().stream()).distinct()).hasSize(300);
        assertThat(b.messages).hasSize(300);
    }

    @Test
    void packetsHaveNoChecksumOnceBothHaveAgreed() {
        bench.connect();
        int before = a.sent.size();
        a.send(1, text(1));
        bench.pass(SctpBench.SECOND);
        assertThat(a.sent.subList(before, a.sent.size())).allMatch(p -> Arrays.equals(p, 8, 12, new byte[4], 0, 4));
        assertThat(a.sent.get(0)).as("the beginning has one").matches(p -> !Arrays.equals(p, 8, 12, new byte[4], 0, 4));
    }

    @Test
    void aPeerThatReadsNothingStopsUsAndNothingGrows() {
        bench.connect();
        b.takes = false;
        int taken = 0;
        while (a.association.send(1, 51, new byte[100_000], SendOptions.RELIABLE, bench.now)) {
            taken++;
        }
        a.drain();
        bench.pass(120 * SctpBench.SECOND);
        assertThat(a.association.state()).as("it answers, so it is there").isEqualTo(SctpState.ESTABLISHED);
        assertThat(taken).isEqualTo((16 << 20) / 100_000);
        assertThat(b.messages.size() * 100_000).as("its window").isBetween(900_000, 1_200_000);
        b.take();
        int all = taken;
        bench.until(() -> b.messages.size() == all, 300 * SctpBench.SECOND);
    }

    @Test
    void allStreamsBeginLargeMessagesAtOnce() {
        bench.connect();
        for (int i = 0; i < 20; i++) {
            a.association.send(i, 51, bench.bytes(250_000), SendOptions.RELIABLE, bench.now);
        }
        a.drain();
        bench.until(() -> b.messages.size() == 20, 300 * SctpBench.SECOND);
    }

    @Test
    void itEndsWhenEverythingHasArrived() {
        badWay();
        bench.connect();
        a.send(1, bench.bytes(100_000));
        b.send(1, bench.bytes(100_000));
        a.association.shutdown(bench.now);
        a.drain();
        bench.until(() -> a.is(SctpState.CLOSED) && b.is(SctpState.CLOSED), 60 * SctpBench.SECOND);
        assertThat(a.messages).hasSize(1);
        assertThat(b.messages).hasSize(1);
        assertThat(b.told(SctpEvent.Closed.class)).containsExactly(new SctpEvent.Closed(null, -1));
    }

    @Test
    void itEndsAtOnceAndThePeerIsTold() {
        bench.connect();
        a.association.abort(bench.now);
        a.drain();
        bench.pass(SctpBench.SECOND);
        assertThat(a.told(SctpEvent.Closed.class)).containsExactly(new SctpEvent.Closed(null, -1));
        assertThat(b.told(SctpEvent.Closed.class)).containsExactly(new SctpEvent.Closed(null, 12));
        assertThat(a.association.send(1, 51, new byte[1], SendOptions.RELIABLE, bench.now)).isFalse();
    }

    @Test
    void anOutageOfHalfAMinuteIsSurvived() {
        bench.connect();
        bench.fate = (fromA, packet) -> -1;
        a.send(1, bench.bytes(100_000));
        bench.pass(30 * SctpBench.SECOND);
        bench.fate = (fromA, packet) -> 10 * SctpBench.MILLI;
        bench.until(() -> b.messages.size() == 1, 120 * SctpBench.SECOND);
    }

    @Test
    void aPeerThatIsGoneIsNoticed() {
        bench.connect();
        bench.fate = (fromA, packet) -> -1;
        a.send(1, text(1));
        bench.until(() -> a.is(SctpState.CLOSED), 1200 * SctpBench.SECOND);
        assertThat(a.counters.get(SctpReason.UNREACHABLE)).isEqualTo(1);
        assertThat(a.told(SctpEvent.Closed.class).get(0).failure()).isEqualTo("the peer does not answer");
        bench.until(() -> b.is(SctpState.CLOSED), 1200 * SctpBench.SECOND);
    }

    @Test
    void theRoundTripIsMeasured() {
        bench.connect();
        a.send(1, bench.bytes(100_000));
        bench.pass(5 * SctpBench.SECOND);
        assertThat(a.association.roundTripNanos()).isBetween(20 * SctpBench.MILLI, 60 * SctpBench.MILLI);
    }
}
