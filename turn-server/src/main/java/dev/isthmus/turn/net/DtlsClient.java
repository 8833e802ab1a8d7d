package dev.isthmus.turn.net;

import dev.isthmus.ice.dtls.DtlsEngine;
import dev.isthmus.ice.dtls.DtlsEvent;
import dev.isthmus.ice.dtls.HandshakeGuard;
import dev.isthmus.ice.dtls.HelloAssembly;
import dev.isthmus.ice.dtls.bc.PemIdentity;
import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.UdpPort;
import dev.isthmus.ice.net.Wheel;
import dev.isthmus.ice.time.Deadline;
import dev.isthmus.turn.server.TurnReason;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One DTLS association of a client: first a ClientHello in pieces, then a handshake, then messages. */
final class DtlsClient implements ClientPath, Wheel.TimerHandler {
    /** Time until the first whole message, the handshake included. */
    private static final long FIRST_MESSAGE = TimeUnit.SECONDS.toNanos(15);
    /** Time without a message and without an allocation. */
    private static final long IDLE = TimeUnit.SECONDS.toNanos(60);
    private static final int RANDOM_AT = 13 + 12 + 2;
    private static final int RANDOM_BYTES = 32;

    private final DtlsClients clients;
    private final UdpPort port;
    private final PemIdentity identity;
    private final AddressKey flow;
    private final AddressKey key;
    private final Connections.Place place;
    private final Connections.Place halfOpen;
    private final Wheel.Entry timer = new Wheel.Entry(this);
    private final HandshakeGuard guard = new HandshakeGuard();
    private @Nullable HelloAssembly assembly;
    private @Nullable DtlsEngine engine;
    /** The random of the hello that began it: another one begins another association. */
    private final byte[] random = new byte[RANDOM_BYTES];
    private boolean spoken;
    private boolean closed;
    private long heard;

    DtlsClient(DtlsClients clients, UdpPort port, PemIdentity identity, AddressKey flow, byte[] cookie, Connections.Place place,
            Connections.Place halfOpen) {
        this.clients = clients;
        this.port = port;
        this.identity = identity;
        this.flow = flow.copy();
        this.key = flow.copy().transport(AddressKey.Transport.DTLS);
        this.assembly = new HelloAssembly(cookie);
        this.place = place;
        this.halfOpen = halfOpen;
    }

    /** The flow of its datagrams. */
    AddressKey flow() {
        return flow;
    }

    /** The client as the protocol knows it. */
    AddressKey key() {
        return key;
    }

    void opened(long nowNanos) {
        heard = nowNanos;
        clients.loop().wheel().file(timer, nowNanos + FIRST_MESSAGE);
    }

    /** Whether it is the hello, or a repetition of it, with which this association began. */
    boolean began(ByteBuffer b, int offset, int length) {
        if (length < RANDOM_AT + RANDOM_BYTES) {
            return false;
        }
        for (int i = 0; i < RANDOM_BYTES; i++) {
            if (b.get(offset + RANDOM_AT + i) != random[i]) {
                return false;
            }
        }
        return true;
    }

    void onPacket(ByteBuffer b, int offset, int length, long nowNanos) {
        DtlsEngine running = engine;
        HelloAssembly pieces = assembly;
        if (running != null) {
            running.onPacket(b, offset, length, nowNanos);
            drain();
        } else if (pieces != null) {
            assemble(pieces, b, offset, length, nowNanos);
        }
    }

    private void assemble(HelloAssembly pieces, ByteBuffer b, int offset, int length, long nowNanos) {
        if (guard.check(b, offset, length) != null) {
            clients.count(TurnReason.DTLS_STRANGE);
            return;
        }
        pieces.add(b, offset, length);
        if (pieces.failed()) {
            clients.count(TurnReason.DTLS_HELLO_TOO_LONG);
            end();
            return;
        }
        byte[] hello = pieces.whole();
        if (hello == null) {
            if (Arrays.equals(random, new byte[RANDOM_BYTES])) {
                b.get(offset + RANDOM_AT, random);
            }
            return;
        }
        System.arraycopy(hello, RANDOM_AT, random, 0, RANDOM_BYTES);
        assembly = null;
        DtlsEngine begun = clients.engine(this, identity, hello, pieces.cookie());
        engine = begun;
        begun.start(nowNanos);
        drain();
    }

    /** Follows what the engine has to tell and sends what it has ready; on the loop's thread. */
    void drain() {
        DtlsEngine running = engine;
        if (running == null) {
            return;
        }
        for (DtlsEvent event = running.pollEvent(); event != null && !closed; event = running.pollEvent()) {
            onEvent(event);
        }
        transmit(running);
    }

    private void onEvent(DtlsEvent event) {
        switch (event) {
            case DtlsEvent.Data(byte[] message) -> {
                spoken = true;
                heard = clients.loop().nowNanos();
                clients.onMessage(this, message, heard);
            }
            case DtlsEvent.Failed(String why, var refusal, int received, int sent) -> {
                clients.count(TurnReason.DTLS_FAILED);
                end();
            }
            case DtlsEvent.Closed() -> end();
            case DtlsEvent.Open() -> halfOpen.close();
            case DtlsEvent.Connected connected -> throw new IllegalStateException("media keys on an association for data");
        }
    }

    private void transmit(DtlsEngine running) {
        for (byte[] datagram = running.pollTransmit(); datagram != null; datagram = running.pollTransmit()) {
            port.send(flow, ByteBuffer.wrap(datagram), 0, datagram.length);
        }
    }

    @Override
    public void send(AddressKey client, ByteBuffer bytes, int offset, int length, int traffic) {
        DtlsEngine running = engine;
        if (running != null && !closed) {
            running.send(bytes, offset, length);
            transmit(running);
        }
    }

    @Override
    public long onTimer(long nowNanos) {
        if (clients.hasAllocation(key)) {
            return nowNanos + IDLE;
        }
        long end = heard + (spoken ? IDLE : FIRST_MESSAGE);
        if (nowNanos < end) {
            return end;
        }
        clients.count(TurnReason.DTLS_IDLE);
        close();
        return Deadline.NONE;
    }

    /** Says good-bye and ends. */
    void close() {
        DtlsEngine running = engine;
        if (running != null && !closed) {
            running.close();
            transmit(running);
        }
        end();
    }

    private void end() {
        if (closed) {
            return;
        }
        closed = true;
        DtlsEngine running = engine;
        if (running != null) {
            transmit(running); // an alert says why
            running.close();
        }
        clients.loop().wheel().cancel(timer);
        halfOpen.close();
        place.close();
        clients.closed(this);
    }
}
