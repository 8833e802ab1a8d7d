package dev.isthmus.ice.session;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.stun.Retransmission;
import dev.isthmus.ice.stun.StunAttribute;
import dev.isthmus.ice.stun.StunMessage;
import dev.isthmus.ice.stun.StunType;
import dev.isthmus.ice.stun.StunWriter;
import dev.isthmus.ice.time.Deadline;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Asks a STUN server from one base what its outside address is (RFC 8445, section 5.1.1.2), and keeps that address alive afterwards. */
final class StunQuery {
    /** RFC 8445, section 11. */
    private static final long KEEPALIVE = TimeUnit.SECONDS.toNanos(15);

    final IceServer server;
    final TransportAddress base;
    private final int high;
    private long low;
    private byte[] request;
    private @Nullable Retransmission asking;
    private @Nullable TransportAddress mapped;
    private boolean settled;
    private long deadline = Deadline.NONE;

    /** Creates a query with a transaction id, whose first 32 bits are the session's. */
    StunQuery(IceServer server, TransportAddress base, int tag, long low) {
        this.server = server;
        this.base = base;
        this.high = tag;
        this.low = low;
        this.request = message();
    }

    private byte[] message() {
        ByteBuffer buffer = ByteBuffer.allocate(40);
        StunWriter writer = new StunWriter().begin(buffer, 0, StunType.of(StunType.BINDING, StunType.REQUEST), high, low).fingerprint();
        return Arrays.copyOf(buffer.array(), writer.length());
    }

    /** Returns what is to be sent first. */
    byte[] start(long nowNanos) {
        Retransmission first = Retransmission.of(Retransmission.Schedule.IMPATIENT, Retransmission.RTO, nowNanos);
        asking = first;
        deadline = first.deadline();
        return request;
    }

    /** Whether a message is the answer. */
    boolean isAnswer(StunMessage message, TransportAddress at, TransportAddress from) {
        return message.transactionHigh() == high && message.transactionLow() == low && at.equals(base) && from.equals(server.address());
    }

    /** Takes the answer; returns our outside address, or null when the answer has none or came before. */
    @Nullable
    TransportAddress onAnswer(StunMessage message, long nowNanos) {
        if (settled) {
            return null; // that of a keepalive
        }
        settled = true;
        mapped = message.xorAddress(StunAttribute.XOR_MAPPED_ADDRESS);
        deadline = mapped == null ? Deadline.NONE : nowNanos + KEEPALIVE;
        return mapped;
    }

    /** Returns our outside address, as soon as it is known. */
    @Nullable
    TransportAddress mapped() {
        return mapped;
    }

    /** Returns what is to be sent now, or null when the server has not answered in time. */
    byte @Nullable [] onTimeout(long nowNanos) {
        if (mapped != null) {
            deadline = nowNanos + KEEPALIVE;
            low++;
            request = message(); // section 5.1.1.4 wants requests; another one is another transaction
            return request;
        }
        Retransmission asked = asking;
        if (asked == null || !asked.again(nowNanos)) {
            settled = true;
            deadline = Deadline.NONE;
            return null;
        }
        deadline = asked.deadline();
        return request;
    }

    /** Ends it; nothing is sent any more. */
    void stop() {
        settled = true;
        deadline = Deadline.NONE;
    }

    /** Whether it is known what comes of it. */
    boolean settled() {
        return settled;
    }

    long deadline() {
        return deadline;
    }
}
