package dev.isthmus.gateway.sctp;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a peer must not get away with: each is counted under its name, and what is sound goes on. */
class SctpIntruderTest {
    private final SctpBench bench = new SctpBench();
    private final SctpBench.Side a = bench.a;
    private final SctpBench.Side b = bench.b;

    @BeforeEach
    void connect() {
        bench.connect();
    }

    /** A packet of a's to b, as a would write it. */
    private byte[] packet(Consumer<PacketWriter> chunks) {
        return packet(b.association.ourTag, chunks);
    }

    private static byte[] packet(int tag, Consumer<PacketWriter> chunks) {
        ByteBuffer room = ByteBuffer.allocate(1500);
        PacketWriter writer = new PacketWriter();
        writer.begin(room, 0, 1500, 5000 << 16 | 5000, tag);
        chunks.accept(writer);
        return Reassembly.copy(room, 0, writer.end(true));
    }

    private byte[] data(int tsn, int flags, int number, int place, int length) {
        return packet(w -> {
            int header = w.open(Chunk.I_DATA, flags);
            w.int32(tsn);
            w.int16(1);
            w.int16(0);
            w.int32(number);
            w.int32(place);
            w.bytes(new byte[length], 0, length);
            w.close(header);
        });
    }

    private int next() {
        return (int) b.association.receipts.cumulative() + 1;
    }

    private void stillSound() {
        int before = b.messages.size();
        a.send(9, new byte[]{1});
        bench.pass(2 * SctpBench.SECOND);
        assertThat(b.messages).hasSize(before + 1);
    }

    private void counts(SctpReason reason, byte[] packet) {
        long before = b.counters.get(reason);
        b.give(packet);
        assertThat(b.counters.get(reason)).as(reason.toString()).isEqualTo(before + 1);
    }

    @Test
    void packetsThatAreNoneAreCountedAndNothingElseHappens() {
        byte[] sound = packet(w -> w.close(w.open(Chunk.COOKIE_ACK, 0)));
        counts(SctpReason.TOO_SHORT, Arrays.copyOf(sound, 12));
        counts(SctpReason.TOO_SHORT, Arrays.copyOf(sound, 18));
        byte[] broken = sound.clone();
        broken[9] ^= 1;
        counts(SctpReason.BAD_CHECKSUM, broken);
        counts(SctpReason.WRONG_TAG, packet(b.association.ourTag + 1, w -> w.close(w.open(Chunk.COOKIE_ACK, 0))));
        counts(SctpReason.WRONG_TAG, packet(w -> w.close(w.open(Chunk.INIT, 0))));
        counts(SctpReason.BAD_CHUNK, packet(w -> {
            w.open(Chunk.SACK, 0);
            w.int32(0);
        }));
        counts(SctpReason.BAD_CHUNK, packet(w -> {
            w.close(w.open(Chunk.SACK, 0));
        }));
        counts(SctpReason.UNKNOWN_CHUNK, packet(w -> w.close(w.open(0xff, 0))));
        stillSound();
    }

    @Test
    void whatIsNotUnderstoodIsNamedToThePeer() {
        int before = b.sent.size();
        b.give(packet(w -> w.close(w.open(0xff, 0))));
        assertThat(b.sent.subList(before, b.sent.size())).anyMatch(p -> p[12] == Chunk.ERROR && p[17] == SctpInput.UNRECOGNIZED);
    }

    @Test
    void aFloodOfBeginningsIsAnsweredALittle() {
        Beginning other = new Beginning(77, 100_000, 10, 10, 5, new Capabilities(false, false, false, false));
        byte[] init = packet(0, w -> other.write(w, null));
        bench.pass(2 * SctpBench.SECOND);
        int before = b.sent.size();
        for (int i = 0; i < 1000; i++) {
            b.give(init);
        }
        assertThat(b.sent.size() - before).isEqualTo(8);
        assertThat(b.counters.get(SctpReason.TOO_MANY_INITS)).isEqualTo(992);
        bench.pass(2 * SctpBench.SECOND);
        counts(SctpReason.BAD_INIT, packet(0, w -> new Beginning(0, 100_000, 1, 1, 1, other.capabilities()).write(w, null)));
        stillSound();
    }

    @Test
    void aCookieThatIsNotOursIsNotBelieved() {
        counts(SctpReason.BAD_COOKIE, packet(w -> {
            int header = w.open(Chunk.COOKIE_ECHO, 0);
            w.bytes(new byte[StateCookie.LENGTH], 0, StateCookie.LENGTH);
            w.close(header);
        }));
        stillSound();
    }

    @Test
    void numbersThatLieAreNotTaken() {
        counts(SctpReason.TSN_OUT_OF_WINDOW, data(next() + 1_000_000, Chunk.BEGIN | Chunk.END, 0, 51, 10));
        counts(SctpReason.DUPLICATE, data(next() - 1, Chunk.BEGIN | Chunk.END, 0, 51, 10));
        counts(SctpReason.BAD_ACK, packet(w -> {
            int header = w.open(Chunk.SACK, 0);
            w.int32((int) b.association.flight.last() + 1);
            w.int32(100_000);
            w.int32(0);
            w.close(header);
        }));
        counts(SctpReason.BAD_CHUNK, packet(w -> {
            int header = w.open(Chunk.SACK, 0);
            w.int32((int) b.association.flight.last());
            w.int32(100_000);
            w.int16(1000);
            w.int16(0);
            w.close(header);
        }));
        stillSound();
    }

    @Test
    void aStreamThatDoesNotExistCarriesNothing() {
        SctpBench few = new SctpBench(new SctpAssociation.Setup(5000, 5000, 4, 100_000, 1 << 20, 1188, 1 << 20, true)).connect();
        few.a.send(3, new byte[]{1});
        few.a.send(4, new byte[]{1});
        few.pass(SctpBench.SECOND);
        assertThat(few.b.messages).hasSize(1);
        assertThat(few.b.counters.get(SctpReason.BAD_STREAM)).isEqualTo(1);
    }

    private void ends(SctpReason reason, byte[]... packets) {
        for (byte[] each : packets) {
            b.give(each);
        }
        assertThat(b.is(SctpState.CLOSED)).isTrue();
        assertThat(b.counters.get(reason)).isEqualTo(1);
        assertThat(b.told(SctpEvent.Closed.class).get(0).failure()).contains(reason.description());
        bench.pass(SctpBench.SECOND);
        assertThat(a.told(SctpEvent.Closed.class)).as("the peer is told").hasSize(1);
    }

    @Test
    void dataWithoutDataEndsIt() {
        ends(SctpReason.NO_DATA, data(next(), Chunk.BEGIN | Chunk.END, 0, 51, 0));
    }

    @Test
    void fragmentsThatContradictEachOtherEndIt() {
        ends(SctpReason.BAD_DATA, data(next(), Chunk.BEGIN, 0, 51, 10), data(next() + 1, Chunk.BEGIN, 0, 51, 10));
    }

    @Test
    void aFragmentBehindTheLastOneEndsIt() {
        ends(SctpReason.BAD_DATA, data(next(), Chunk.END, 0, 1, 10), data(next() + 1, 0, 0, 2, 10));
    }

    @Test
    void aMessageThatIsTooLongEndsIt() {
        int first = next();
        for (int i = 0; i < 262 && !b.is(SctpState.CLOSED); i++) {
            b.give(data(first + i, i == 0 ? Chunk.BEGIN : 0, 0, i == 0 ? 51 : i, 1000));
        }
        assertThat(b.is(SctpState.CLOSED)).as("that may be").isFalse();
        ends(SctpReason.BAD_DATA, data(first + 262, 0, 0, 262, 1000));
    }

    @Test
    void plainDataWhereMixedWasAgreedOnEndsIt() {
        ends(SctpReason.BAD_DATA, packet(w -> {
            int header = w.open(Chunk.DATA, Chunk.BEGIN | Chunk.END);
            w.int32(next());
            w.int32(1 << 16);
            w.int32(51);
            w.int32(42);
            w.close(header);
        }));
    }

    @Test
    void manyUnfinishedMessagesDoNotFillTheMemory() {
        int first = next();
        for (int i = 0; i < 20_000 && !b.is(SctpState.CLOSED); i++) {
            b.give(data(first + i, Chunk.BEGIN, i, 51, 1000));
        }
        assertThat(b.is(SctpState.CLOSED)).isTrue();
        assertThat(b.association.reassembly.held()).isLessThan(5 << 20);
    }

    @Test
    void nothingIsTakenBeforeItHasBegun() {
        SctpBench fresh = new SctpBench();
        fresh.b.association.start(fresh.now);
        byte[] early = packet(fresh.b.association.ourTag, w -> w.close(w.open(Chunk.SHUTDOWN_ACK, 0)));
        fresh.b.give(early);
        assertThat(fresh.b.counters.get(SctpReason.UNEXPECTED_CHUNK)).isEqualTo(1);
        fresh.connect();
    }

    @Test
    void malformedResetsAreCounted() {
        counts(SctpReason.BAD_RESET, packet(w -> {
            int header = w.open(Chunk.RE_CONFIG, 0);
            int parameter = w.parameter(13);
            w.int32(1);
            w.close(parameter);
            w.close(header);
        }));
        stillSound();
    }

    @Test
    void aPeerThatAcknowledgesAllButTheFirstDoesNotMakeUsKeepEverything() {
        bench.fate = (fromA, packet) -> -1;
        long first = a.association.flight.acked() + 1;
        byte[] message = new byte[1000];
        for (int i = 0; i < 40_000; i++) {
            a.association.send(1, 51, message, SendOptions.RELIABLE, bench.now);
            a.drain();
            long last = a.association.flight.last();
            if (last > first) {
                a.give(packet(a.association.ourTag, w -> {
                    int header = w.open(Chunk.SACK, 0);
                    w.int32((int) first - 1);
                    w.int32(-1);
                    w.int16(1);
                    w.int16(0);
                    w.int16(2);
                    w.int16((int) (last - first + 1));
                    w.close(header);
                }));
            }
        }
        assertThat(a.association.flight.last() - first).isBetween(1000L, 1L << 14);
    }
}
