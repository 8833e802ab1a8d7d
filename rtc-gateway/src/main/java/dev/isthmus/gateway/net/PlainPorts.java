package dev.isthmus.gateway.net;

import dev.isthmus.gateway.bridge.Endpoint;
import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.Datagram;
import dev.isthmus.ice.net.DatagramHandler;
import dev.isthmus.ice.net.Loop;
import dev.isthmus.ice.net.PortException;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.net.UdpPort;
import dev.isthmus.ice.time.RandomSource;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The plain sockets of one call: for each RTP session a port, and a second one for RTCP where it is not multiplexed. */
final class PlainPorts {
    private static final int TRIES = 64;
    private static final TransportAddress ECHO = TransportAddress.ipv4(0x7F000001, 0);

    /** Takes what arrives at a session's ports. */
    interface Receiver {
        void onPlain(int session, Datagram datagram, long nowNanos);
    }

    /** The addresses and the range from which ports are taken. */
    record Range(List<TransportAddress> addresses, int first, int last) {}

    private record Pair(UdpPort rtp, @Nullable UdpPort rtcp) {}

    private final Loop loop;
    private final Range range;
    private final RandomSource random;
    private final List<Pair> pairs = new ArrayList<>();
    private @Nullable UdpPort reflector;

    PlainPorts(Loop loop, Range range, RandomSource random) {
        this.loop = loop;
        this.range = range;
        this.random = random;
    }

    /** Opens everything; returns the endpoint with the real addresses in its sessions. */
    Endpoint open(Endpoint endpoint, Receiver receiver) throws PortException {
        List<Endpoint.Session> opened = new ArrayList<>();
        try {
            if (endpoint.echo()) {
                opened.add(openEcho(receiver));
            }
            for (Endpoint.Session session : endpoint.sessions()) {
                int number = opened.size();
                Pair pair = session.listen() == 0 ? fromRange(session, number, receiver) : fixed(session, number, receiver);
                pairs.add(pair);
                opened.add(new Endpoint.Session(session.kinds(), session.send(), pair.rtp().local().port(), session.source(),
                        session.rtcp()));
            }
        } catch (PortException e) {
            close();
            throw e;
        }
        return new Endpoint(endpoint.name(), endpoint.echo(), opened, endpoint.codecs(), endpoint.data());
    }

    /** Two real sockets on loopback: ours, and one that sends everything back where it came from. */
    private Endpoint.Session openEcho(Receiver receiver) throws PortException {
        UdpPort[] mirror = new UdpPort[1];
        mirror[0] = UdpPort.bind(loop, ECHO, UdpPort.Options.DEFAULT, (datagram, now) -> {
            AddressKey back = datagram.key();
            mirror[0].send(back, datagram.buffer(), datagram.offset(), datagram.length());
        });
        reflector = mirror[0];
        UdpPort rtp = UdpPort.bind(loop, ECHO, UdpPort.Options.DEFAULT, (datagram, now) -> receiver.onPlain(0, datagram, now));
        pairs.add(new Pair(rtp, null));
        return new Endpoint.Session(List.of("audio", "video"), mirror[0].local(), rtp.local().port(), Endpoint.SourceRule.SIGNALLED,
                Endpoint.RtcpPort.MUX);
    }

    private Pair fixed(Endpoint.Session session, int number, Receiver receiver) throws PortException {
        return bind(address(session).withPort(session.listen()), session, number, receiver);
    }

    private TransportAddress address(Endpoint.Session session) {
        TransportAddress send = session.send();
        for (TransportAddress address : range.addresses()) {
            if (send == null || address.ipv4() == send.ipv4()) {
                return address;
            }
        }
        return range.addresses().get(0);
    }

    private Pair fromRange(Endpoint.Session session, int number, Receiver receiver) throws PortException {
        PortException last = null;
        int pairsOfPorts = Math.max(1, (range.last() - range.first() + 1) / 2);
        for (int i = 0; i < TRIES; i++) {
            int port = range.first() + (range.first() & 1) + 2 * random.below(pairsOfPorts);
            if (port >= range.last()) {
                port = range.first();
            }
            try {
                return bind(address(session).withPort(port), session, number, receiver);
            } catch (PortException e) {
                last = e;
            }
        }
        throw Objects.requireNonNull(last);
    }

    private Pair bind(TransportAddress address, Endpoint.Session session, int number, Receiver receiver) throws PortException {
        DatagramHandler handler = (datagram, now) -> receiver.onPlain(number, datagram, now);
        UdpPort rtp = UdpPort.bind(loop, address, UdpPort.Options.DEFAULT, handler);
        if (session.rtcp() == Endpoint.RtcpPort.MUX) {
            return new Pair(rtp, null);
        }
        try {
            return new Pair(rtp, UdpPort.bind(loop, address.withPort(address.port() + 1), UdpPort.Options.DEFAULT, handler));
        } catch (PortException e) {
            rtp.close();
            throw e;
        }
    }

    void send(int session, boolean rtcp, AddressKey to, ByteBuffer buffer, int offset, int length) {
        Pair pair = pairs.get(session);
        UdpPort separate = pair.rtcp();
        (rtcp && separate != null ? separate : pair.rtp()).send(to, buffer, offset, length);
    }

    long kernelDrops() {
        return pairs.stream().mapToLong(p -> p.rtp().kernelDrops()).sum();
    }

    void close() {
        for (Pair pair : pairs) {
            pair.rtp().close();
            UdpPort rtcp = pair.rtcp();
            if (rtcp != null) {
                rtcp.close();
            }
        }
        if (reflector != null) {
            reflector.close();
        }
    }
}
