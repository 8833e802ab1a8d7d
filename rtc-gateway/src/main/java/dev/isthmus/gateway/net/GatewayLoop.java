package dev.isthmus.gateway.net;

import dev.isthmus.gateway.bridge.DataEndpoint;
import dev.isthmus.gateway.GatewayReason;
import dev.isthmus.gateway.bridge.Call;
import dev.isthmus.gateway.bridge.CallSetup;
import dev.isthmus.gateway.bridge.CallView;
import dev.isthmus.gateway.bridge.Endpoint;
import dev.isthmus.gateway.bridge.Way;
import dev.isthmus.gateway.peer.TransportMonitor;
import dev.isthmus.gateway.peer.net.PeerNetwork;
import dev.isthmus.gateway.rtp.NtpClock;
import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.net.Loop;
import dev.isthmus.ice.net.PortException;
import dev.isthmus.ice.time.RandomSource;
import dev.isthmus.ice.time.WallClock;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;

/** The calls of one loop: their plain sockets and timers. Everything runs on the loop's thread. */
final class GatewayLoop {
    /**
     * What all loops of a gateway share.
     *
     * @param plainRange where plain ports are taken from
     * @param ended is told of every call that has ended, with its last state, on the call's loop
     */
    record Parts(PlainPorts.Range plainRange, RandomSource random, WallClock wallClock, BiConsumer<Session, CallView> ended) {}

    private final Loop loop;
    private final int number;
    private final PeerNetwork network;
    private final Parts parts;
    private final Counters<GatewayReason> counters;
    private final Set<Session> sessions = new LinkedHashSet<>();

    GatewayLoop(Loop loop, int number, PeerNetwork network, Parts parts) {
        this.loop = loop;
        this.number = number;
        this.network = network;
        this.parts = parts;
        this.counters = network.counters().get(number);
    }

    Loop loop() {
        return loop;
    }

    int number() {
        return number;
    }

    long mediaKernelDrops() {
        return network.kernelDrops(number);
    }

    /** Opens the plain side of a call; its client follows. */
    Session open(String id, Way way, Endpoint endpoint) throws PortException {
        long now = loop.nowNanos();
        PlainPorts plain = new PlainPorts(loop, parts.plainRange(), parts.random());
        Session session = new Session(this, way, plain);
        Endpoint opened = plain.open(endpoint, (socket, datagram, nanos) -> session.call().onPlain(socket, datagram, nanos));
        NtpClock clock = new NtpClock(now, parts.wallClock().millis());
        session.call(new Call(new CallSetup(id, opened, counters, parts.random(), clock, parts.random().token(16)), session, now));
        sessions.add(session);
        settle(session, now);
        return session;
    }

    /** The client's offer was taken. */
    void started(Session session) {
        session.start();
        counters.count(GatewayReason.CALLS_STARTED);
    }

    /** A transport of a call's client was opened. */
    void onTransport(Session session, TransportMonitor transport) {
        session.call().onTransport(transport);
        transport.onChange(() -> settle(session, loop.nowNanos()));
    }

    /** Returns what joins the data channels of a call with its endpoint; from any thread. */
    DataLeg dataLeg(Session session, DataEndpoint endpoint) {
        DataLeg leg = new DataLeg(loop, counters, endpoint, session.call().data(), network.newQueue());
        session.dataLeg(leg);
        return leg;
    }

    /** After something happened to a call: files its timer, or ends it. */
    private void settle(Session session, long nowNanos) {
        if (!sessions.contains(session)) {
            return;
        }
        if (session.call().ended()) {
            loop.execute(() -> end(session, loop.nowNanos())); // what has just happened is told first
        } else {
            loop.wheel().file(session.timer, session.call().nextDeadline());
        }
    }

    boolean has(Session session) {
        return sessions.contains(session);
    }

    List<CallView> views() {
        long now = loop.nowNanos();
        return sessions.stream().map(s -> CallView.of(s.call(), now)).toList();
    }

    /** Ends a call: good-bye to the plain side, sockets closed, nothing of it kept but its last view. */
    void end(Session session, long nowNanos) {
        if (!sessions.remove(session)) {
            return;
        }
        session.call().close();
        session.closeData();
        CallView last = CallView.of(session.call(), nowNanos);
        session.plainPorts().close();
        loop.wheel().cancel(session.timer);
        counters.count(session.hasStarted() ? GatewayReason.CALLS_ENDED : GatewayReason.OFFERS_REFUSED);
        parts.ended().accept(session, last);
    }

    void close() {
        long now = loop.nowNanos();
        List.copyOf(sessions).forEach(s -> end(s, now));
    }
}
