package dev.isthmus.gateway.net;

import dev.isthmus.gateway.bridge.Call;
import dev.isthmus.gateway.bridge.CallIo;
import dev.isthmus.gateway.bridge.Direction;
import dev.isthmus.gateway.peer.ClientTransport;
import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.LinkTable;
import dev.isthmus.ice.net.Wheel;
import dev.isthmus.ice.session.SessionIndex;
import dev.isthmus.ice.time.Deadline;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A call with its place on a loop: its sockets, its timer, and the keys under which the loop finds it. */
final class Session implements ClientTransport.Output, CallIo {
    private final GatewayLoop owner;
    private final PlainPorts plain;
    final Wheel.Entry timer = new Wheel.Entry(this::onTimer);
    private SessionIndex.@Nullable Entry<Session> entry;
    private @Nullable Call call;
    private @Nullable AddressKey mediaKey;
    private @Nullable MediaPort mediaPort;
    private LinkTable.@Nullable Sink mediaSink;

    Session(GatewayLoop owner, PlainPorts plain) {
        this.owner = owner;
        this.plain = plain;
    }

    void call(Call newCall) {
        call = newCall;
    }

    Call call() {
        return Objects.requireNonNull(call);
    }

    void entry(SessionIndex.Entry<Session> made) {
        entry = made;
    }

    SessionIndex.Entry<Session> entry() {
        return Objects.requireNonNull(entry);
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
    public void control(AddressKey to, ByteBuffer buffer, int offset, int length) {
        MediaPort port = owner.port(to);
        if (port != null) {
            port.send(port.sink(to.remote()), to, buffer, offset, length);
        }
    }

    @Override
    public void media(AddressKey to, ByteBuffer buffer, int offset, int length) {
        if (to != mediaKey || mediaSink != null && !mediaSink.isOpen()) {
            mediaKey = to;
            mediaPort = owner.port(to);
            mediaSink = mediaPort == null ? null : mediaPort.sink(to.remote());
        }
        if (mediaPort != null) {
            mediaPort.send(mediaSink, to, buffer, offset, length);
        }
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
}
