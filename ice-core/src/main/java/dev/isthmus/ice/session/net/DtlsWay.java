package dev.isthmus.ice.session.net;

import dev.isthmus.ice.dtls.DtlsEngine;
import dev.isthmus.ice.dtls.DtlsEvent;
import dev.isthmus.ice.dtls.bc.BcDtlsEngine;
import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.Datagram;
import dev.isthmus.ice.net.Loop;
import dev.isthmus.ice.net.PortException;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.net.UdpPort;
import dev.isthmus.ice.net.Wheel;
import java.nio.ByteBuffer;

/** DTLS to a TURN server, from a socket of its own (RFC 7350). */
final class DtlsWay implements ServerWay {
    private final Loop loop;
    private final Owner owner;
    private final UdpPort port;
    private final TransportAddress server;
    private final AddressKey key;
    private final DtlsEngine engine;
    private final Wheel.Entry timer = new Wheel.Entry(this::onTimer);
    private boolean ended;

    DtlsWay(SessionLoop shared, TransportAddress server, String name, Owner owner) throws PortException {
        SessionLoop.Parts parts = shared.parts();
        this.loop = shared.loop();
        this.owner = owner;
        this.server = server;
        this.port = UdpPort.bind(loop, TransportAddress.wildcard(server.ipv4()), UdpPort.Options.DEFAULT, this::onDatagram);
        this.key = AddressKey.of(port.local(), server);
        this.engine = BcDtlsEngine.client(new ServerCheck(parts.trust().manager(), name), server.host(),
                new BcDtlsEngine.Owner(loop::execute, () -> drain(loop.nowNanos()), parts.workers(), parts.random(),
                        shared.dtlsCounters()));
        engine.start(loop.nowNanos());
        drain(loop.nowNanos());
    }

    private void onDatagram(Datagram datagram, long nowNanos) {
        if (datagram.key().remoteIs(server) && !ended) {
            engine.onPacket(datagram.buffer(), datagram.offset(), datagram.length(), nowNanos);
            drain(nowNanos);
        }
    }

    private long onTimer(long nowNanos) {
        engine.onTimeout(nowNanos);
        drain(nowNanos);
        return engine.nextDeadline();
    }

    private void drain(long nowNanos) {
        flush();
        for (DtlsEvent event = engine.pollEvent(); event != null && !ended; event = engine.pollEvent()) {
            switch (event) {
                case DtlsEvent.Open() -> owner.onOpen(nowNanos);
                case DtlsEvent.Data(byte[] bytes) -> owner.onMessage(ByteBuffer.wrap(bytes), 0, bytes.length, nowNanos);
                case DtlsEvent.Failed(String why, var refusal, int received, int sent) -> end(why, nowNanos);
                case DtlsEvent.Closed() -> end("the server closed the association", nowNanos);
                case DtlsEvent.Connected connected -> throw new IllegalStateException("an association with media keys");
            }
        }
        flush();
        loop.wheel().file(timer, engine.nextDeadline());
    }

    private void flush() {
        for (byte[] record = engine.pollTransmit(); record != null; record = engine.pollTransmit()) {
            port.send(key, ByteBuffer.wrap(record), 0, record.length);
        }
    }

    private void end(String why, long nowNanos) {
        shut();
        owner.onEnd(why, nowNanos);
    }

    private void shut() {
        if (!ended) {
            ended = true;
            engine.close();
            flush();
            loop.wheel().cancel(timer);
            port.close();
        }
    }

    @Override
    public void send(ByteBuffer buffer, int offset, int length, boolean control) {
        if (!ended) {
            engine.send(buffer, offset, length);
            flush();
        }
    }

    @Override
    public void close() {
        shut();
    }
}
