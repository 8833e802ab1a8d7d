package dev.isthmus.gateway.net;

import dev.isthmus.gateway.bridge.Call;
import dev.isthmus.gateway.bridge.CallIo;
import dev.isthmus.gateway.bridge.Client;
import dev.isthmus.gateway.bridge.Direction;
import dev.isthmus.gateway.bridge.Way;
import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.Wheel;
import dev.isthmus.ice.time.Deadline;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A call with its place: on its loop the sockets and the timer, beside it the connection of the client. */
final class Session implements CallIo {
    private final GatewayLoop owner;
    private final Way way;
    private final PlainPorts plain;
    final Wheel.Entry timer = new Wheel.Entry(this::onTimer);
    private @Nullable Call call;
    private boolean started;
    private @Nullable Client client;
    private volatile @Nullable DataLeg data;

    Session(GatewayLoop owner, Way way, PlainPorts plain) {
        this.owner = owner;
        this.way = way;
        this.plain = plain;
    }

    void call(Call newCall) {
        call = newCall;
    }

    void start() {
        started = true;
    }

    boolean hasStarted() {
        return started;
    }

    Call call() {
        return Objects.requireNonNull(call);
    }

    Way way() {
        return way;
    }

    void dataLeg(DataLeg made) {
        data = made;
    }

    /** Ends the flows of its data channels. */
    void closeData() {
        DataLeg open = data;
        if (open != null) {
            open.close();
        }
    }

    void client(Client made) {
        client = made;
    }

    /** Returns the client's side, which is never used on the loop. */
    Client client() {
        return Objects.requireNonNull(client);
    }

    GatewayLoop loop() {
        return owner;
    }

    PlainPorts plainPorts() {
        return plain;
    }

    private long onTimer(long nowNanos) {
        Call c = call();
        c.onTimeout(nowNanos);
        if (c.ended()) {
            owner.end(this, nowNanos);
            return Deadline.NONE;
        }
        return c.nextDeadline();
    }

    @Override
    public void plain(int session, boolean rtcp, AddressKey to, ByteBuffer buffer, int offset, int length) {
        plain.send(session, rtcp, to, buffer, offset, length);
    }

    @Override
    public long kernelDrops(Direction direction) {
        return switch (direction) {
            case CLIENT_IN -> owner.mediaKernelDrops();
            case PLAIN_IN -> plain.kernelDrops();
            default -> 0;
        };
    }

    @Override
    public long nowNanos() {
        return owner.loop().nowNanos();
    }
}
