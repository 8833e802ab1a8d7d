package dev.isthmus.ice.turn.client;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.stun.StunMessage;
import dev.isthmus.ice.stun.StunType;
import dev.isthmus.ice.stun.StunWriter;
import dev.isthmus.ice.time.Deadline;
import dev.isthmus.ice.time.RandomSource;
import dev.isthmus.ice.turn.TurnAttribute;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a client has asked its server: written, signed, repeated, and found again when the answer comes. */
final class ClientRequests {
    private static final int LARGEST = 1024;
    private final boolean reliable;
    private final RandomSource random;
    private final List<ClientTransaction> waiting = new ArrayList<>();
    private final Deque<byte[]> transmits = new ArrayDeque<>();
    private final StunWriter writer = new StunWriter();
    private final ByteBuffer scratch = ByteBuffer.allocate(LARGEST);

    ClientRequests(boolean reliable, RandomSource random) {
        this.reliable = reliable;
        this.random = random;
    }

    void ask(Ask ask, Consumer<StunWriter> attributes, LongTermClient credentials, long nowNanos) {
        int high = random.nextInt();
        long low = random.nextLong();
        writer.begin(scratch, 0, StunType.of(ask.kind().method, StunType.REQUEST), high, low);
        attributes.accept(writer);
        credentials.sign(writer);
        writer.fingerprint();
        byte[] bytes = written();
        waiting.add(new ClientTransaction(ask, high, low, bytes, credentials.ready(), reliable, nowNanos));
        transmits.add(bytes);
    }

    /** Says something to the server that needs no answer. */
    void keepAlive() {
        writer.begin(scratch, 0, StunType.of(StunType.BINDING, StunType.INDICATION), random.nextInt(), random.nextLong()).fingerprint();
        transmits.add(written());
    }

    private byte[] written() {
        return Arrays.copyOf(scratch.array(), writer.length());
    }

    /** Returns the request that a message answers, or null. */
    @Nullable
    ClientTransaction askedBy(StunMessage answer) {
        for (ClientTransaction each : waiting) {
            if (each.high == answer.transactionHigh() && each.low == answer.transactionLow()) {
                return each;
            }
        }
        return null;
    }

    void remove(ClientTransaction asked) {
        waiting.remove(asked);
    }

    void clear() {
        waiting.clear();
    }

    /** Sends again what is due, and returns what will not be answered any more. */
    List<ClientTransaction> resend(long nowNanos) {
        List<ClientTransaction> silent = new ArrayList<>();
        for (ClientTransaction each : waiting) {
            if (each.due(nowNanos) && each.again(nowNanos)) {
                transmits.add(each.bytes);
            } else if (each.due(nowNanos)) {
                silent.add(each);
            }
        }
        waiting.removeAll(silent);
        return silent;
    }

    long nextDeadline() {
        long nearest = Deadline.NONE;
        for (ClientTransaction each : waiting) {
            nearest = Deadline.nearer(nearest, each.deadline());
        }
        return nearest;
    }

    byte @Nullable [] poll() {
        return transmits.poll();
    }

    /** Writes the head of a Send indication in front of its data, which begins where it ends; returns the length of the whole. */
    int indication(ByteBuffer buffer, int offset, TransportAddress peer, int length) {
        writer.begin(buffer, offset, StunType.of(TurnAttribute.METHOD_SEND, StunType.INDICATION), random.nextInt(), random.nextLong());
        writer.xorAddress(TurnAttribute.XOR_PEER_ADDRESS, peer).reserve(TurnAttribute.DATA, length);
        return writer.length();
    }
}
