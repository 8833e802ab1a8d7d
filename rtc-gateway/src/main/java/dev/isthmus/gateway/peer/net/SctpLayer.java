package dev.isthmus.gateway.peer.net;

import dev.isthmus.gateway.sctp.SctpAssociation;
import dev.isthmus.gateway.sctp.SctpEvent;
import dev.isthmus.gateway.sctp.SendOptions;
import dev.isthmus.ice.net.Wheel;
import dev.isthmus.ice.time.Deadline;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** SCTP of a transport, over DTLS: it begins when both the descriptions and the handshake are done (RFC 8261). On the loop. */
final class SctpLayer {
    /** Sends a packet as application data of DTLS. */
    @FunctionalInterface
    interface Below {
        void send(ByteBuffer packet, int offset, int length);
    }

    private static final int ROOM = 2048;
    private final PeerLoop owner;
    private final Below below;
    private final Consumer<List<SctpEvent>> listener;
    private final Wheel.Entry timer = new Wheel.Entry(this::onTimer);
    private @Nullable SctpAssociation association;
    private @Nullable ByteBuffer packet;
    private boolean secure;

    SctpLayer(PeerLoop owner, Below below, Consumer<List<SctpEvent>> listener) {
        this.owner = owner;
        this.below = below;
        this.listener = listener;
    }

    /** Sets up an association in place of the one before. */
    void start(SctpAssociation.Setup setup) {
        end();
        association = new SctpAssociation(setup, owner.random(), owner.sctpCounters());
        packet = ByteBuffer.allocate(ROOM);
        begin();
    }

    /** There is DTLS, or no more. */
    void secured(boolean now) {
        secure = now;
        begin();
    }

    private void begin() {
        SctpAssociation present = association;
        if (present != null && secure) {
            present.start(owner.loop().nowNanos());
            drain();
        }
    }

    /** Takes application data of DTLS. */
    void onData(byte[] bytes) {
        SctpAssociation present = association;
        if (present != null && secure) {
            present.onPacket(ByteBuffer.wrap(bytes), 0, bytes.length, owner.loop().nowNanos());
            drain();
        }
    }

    void send(int stream, int protocol, byte[] data, SendOptions options) {
        SctpAssociation present = association;
        if (present != null && present.send(stream, protocol, data, options, owner.loop().nowNanos())) {
            drain();
        } else {
            listener.accept(List.of(new SctpEvent.Sent(stream, data.length))); // it is over: nothing waits any more
        }
    }

    void with(Consumer<SctpAssociation> action) {
        SctpAssociation present = association;
        if (present != null) {
            action.accept(present);
            drain();
        }
    }

    /** Ends the association; the peer is told while that is possible. */
    void end() {
        SctpAssociation present = association;
        if (present != null) {
            present.abort(owner.loop().nowNanos());
            transmit(present);
            association = null;
            owner.loop().wheel().cancel(timer);
        }
    }

    private long onTimer(long nowNanos) {
        SctpAssociation present = association;
        if (present == null) {
            return Deadline.NONE;
        }
        present.onTimeout(nowNanos);
        follow(present);
        return present.nextDeadline(nowNanos);
    }

    private void drain() {
        SctpAssociation present = association;
        if (present != null) {
            follow(present);
            owner.loop().wheel().file(timer, present.nextDeadline(owner.loop().nowNanos()));
        }
    }

    private void follow(SctpAssociation present) {
        transmit(present);
        List<SctpEvent> news = new ArrayList<>(0);
        for (SctpEvent each = present.pollEvent(); each != null; each = present.pollEvent()) {
            news.add(each);
        }
        if (!news.isEmpty()) {
            listener.accept(news);
        }
    }

    private void transmit(SctpAssociation present) {
        ByteBuffer room = packet;
        long now = owner.loop().nowNanos();
        if (room == null || !secure) {
            return;
        }
        for (int length = present.pollTransmit(room, 0, now); length > 0; length = present.pollTransmit(room, 0, now)) {
            below.send(room, 0, length);
        }
    }
}
