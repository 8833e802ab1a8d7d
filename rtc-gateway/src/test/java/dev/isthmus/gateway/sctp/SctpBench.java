package dev.isthmus.gateway.sctp;

import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.sim.SeededRandom;
import dev.isthmus.ice.time.Deadline;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;

/** Two associations with a way between them that loses, delays and reorders packets, in virtual time. */
final class SctpBench {
    static final long MILLI = 1_000_000L;
    static final long SECOND = 1000 * MILLI;

    /** What becomes of a packet. */
    @FunctionalInterface
    interface Fate {
        /** Returns the nanoseconds until it arrives, or -1 when it is lost. */
        long of(boolean fromA, byte[] packet);
    }

    private record Flying(long at, long order, Side to, byte[] bytes) {}

    private final PriorityQueue<Flying> flying = new PriorityQueue<>(Comparator.comparingLong(Flying::at).thenComparingLong(Flying::order));
    final SeededRandom random = new SeededRandom(21);
    private long order;
    long now = SECOND;
    Fate fate = (fromA, packet) -> 10 * MILLI;
    final Side a;
    final Side b;

    /** One end. */
    final class Side {
        final Counters<SctpReason> counters = new Counters<>(SctpReason.class);
        final SctpAssociation association;
        final List<SctpEvent> events = new ArrayList<>();
        final List<SctpEvent.Message> messages = new ArrayList<>();
        final List<byte[]> sent = new ArrayList<>();
        /** Whether the application takes what comes. */
        boolean takes = true;

        Side(SctpAssociation.Setup setup) {
            association = new SctpAssociation(setup, random, counters);
        }

        void send(int stream, byte[] data, SendOptions options) {
            if (!association.send(stream, 51, data, options, now)) {
                throw new AssertionError("it is not taken");
            }
            drain();
        }

        void send(int stream, byte[] data) {
            send(stream, data, SendOptions.RELIABLE);
        }

        /** Takes everything that has not been taken. */
        void take() {
            takes = true;
            messages.forEach(m -> association.taken(m.data().length));
            drain();
        }

        void drain() {
            for (SctpEvent event = association.pollEvent(); event != null; event = association.pollEvent()) {
                if (event instanceof SctpEvent.Message m) {
                    messages.add(m);
                    if (takes) {
                        association.taken(m.data().length);
                    }
                } else {
                    events.add(event);
                }
            }
            ByteBuffer packet = ByteBuffer.allocate(1500);
            for (int length = association.pollTransmit(packet, 0, now); length > 0; length = association.pollTransmit(packet, 0, now)) {
                byte[] bytes = Reassembly.copy(packet, 0, length);
                sent.add(bytes);
                long delay = fate.of(this == a, bytes);
                if (delay >= 0) {
                    flying.add(new Flying(now + delay, order++, this == a ? b : a, bytes));
                }
            }
        }

        void give(byte[] packet) {
            association.onPacket(ByteBuffer.wrap(packet), 0, packet.length, now);
            drain();
        }

        boolean is(SctpState state) {
            return association.state() == state;
        }

        <T> List<T> told(Class<T> type) {
            return events.stream().filter(type::isInstance).map(type::cast).toList();
        }
    }

    SctpBench() {
        this(SctpAssociation.Setup.usual(5000, 5000, 262_144));
    }

    SctpBench(SctpAssociation.Setup setup) {
        a = new Side(setup);
        b = new Side(setup);
    }

    /** Both begin at once, as they do in WebRTC, and data flows. */
    SctpBench connect() {
        a.association.start(now);
        b.association.start(now);
        a.drain();
        b.drain();
        until(() -> a.is(SctpState.ESTABLISHED) && b.is(SctpState.ESTABLISHED), 10 * SECOND);
        return this;
    }

    /** Lets time go by until something is so; fails when it takes longer. */
    void until(BooleanSupplier condition, long longest) {
        long end = now + longest;
        while (!condition.getAsBoolean()) {
            if (!step(end)) {
                throw new AssertionError("it did not come to that: " + a.association.state() + ", " + b.association.state());
            }
        }
    }

    void pass(long nanos) {
        long end = now + nanos;
        while (step(end)) {
            // until then
        }
        now = end;
    }

    private boolean step(long end) {
        long next = Deadline.nearer(a.association.nextDeadline(now), b.association.nextDeadline(now));
        Flying first = flying.peek();
        next = first == null ? next : Deadline.nearer(next, first.at());
        if (next == Deadline.NONE || next > end) {
            return false;
        }
        now = Math.max(now, next);
        if (first != null && first.at() <= now) {
            flying.remove();
            first.to().give(first.bytes());
        } else {
            a.association.onTimeout(now);
            b.association.onTimeout(now);
            a.drain();
            b.drain();
        }
        return true;
    }

    byte[] bytes(int length) {
        return random.bytes(length);
    }
}
