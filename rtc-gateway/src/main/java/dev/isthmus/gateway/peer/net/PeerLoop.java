package dev.isthmus.gateway.peer.net;

import dev.isthmus.gateway.GatewayReason;
import dev.isthmus.gateway.media.MediaSession;
import dev.isthmus.gateway.sctp.SctpReason;
import dev.isthmus.gateway.srtp.SrtpContext;
import dev.isthmus.gateway.peer.RTCConfiguration;
import dev.isthmus.gateway.peer.TransportPort;
import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.dtls.DtlsReason;
import dev.isthmus.ice.dtls.bc.HandshakeWorkers;
import dev.isthmus.ice.net.Loop;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.net.Wheel;
import dev.isthmus.ice.session.IcePolicy;
import dev.isthmus.ice.session.IceServer;
import dev.isthmus.ice.session.net.LiveSession;
import dev.isthmus.ice.session.net.SessionLoop;
import dev.isthmus.ice.time.Deadline;
import dev.isthmus.ice.time.RandomSource;
import dev.isthmus.ice.time.WallClock;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The transports of one loop, with what they need from outside. */
final class PeerLoop {
    /**
     * What transports need.
     *
     * @param workers where handshakes run
     * @param servers finds out where the servers of a configuration are
     * @param hosts where sockets are opened; asked each time
     */
    record Parts(RandomSource random, WallClock wallClock, HandshakeWorkers workers, ServerResolver servers,
            Supplier<List<TransportAddress>> hosts) {}

    /** The longest datagram that is put together here, in bytes. */
    static final int ROOM = 2048;
    private final Loop loop;
    private final Parts parts;
    private final SessionLoop sessions;
    private final boolean shared;
    private final Counters<GatewayReason> counters = new Counters<>(GatewayReason.class);
    private final Counters<DtlsReason> dtlsCounters = new Counters<>(DtlsReason.class);
    private final Counters<SctpReason> sctpCounters = new Counters<>(SctpReason.class);
    private final ByteBuffer scratch = ByteBuffer.allocateDirect(MediaSession.ROOM);
    private final byte[] srtpWork = new byte[SrtpContext.ROOM];

    PeerLoop(Loop loop, Parts parts, SessionLoop sessions, boolean shared) {
        this.loop = loop;
        this.parts = parts;
        this.sessions = sessions;
        this.shared = shared;
    }

    Loop loop() {
        return loop;
    }

    SessionLoop sessions() {
        return sessions;
    }

    RandomSource random() {
        return parts.random();
    }

    long wallMillis() {
        return parts.wallClock().millis();
    }

    HandshakeWorkers workers() {
        return parts.workers();
    }

    Counters<GatewayReason> counters() {
        return counters;
    }

    /** Returns where a datagram is put together that is sent before anything else is: all transports of the loop use it. */
    ByteBuffer scratch() {
        return scratch;
    }

    /** Returns what all associations of the loop protect and open media in. */
    byte[] srtpWork() {
        return srtpWork;
    }

    Counters<SctpReason> sctpCounters() {
        return sctpCounters;
    }

    Counters<DtlsReason> dtlsCounters() {
        return dtlsCounters;
    }

    /** Finds the servers of a configuration, elsewhere, and then goes on on this loop. */
    void withServers(RTCConfiguration configuration, Consumer<List<IceServer>> then) {
        parts.servers().resolve(configuration.iceServers(), servers -> loop.execute(() -> then.accept(servers)));
    }

    SessionLoop.Options options(RTCConfiguration configuration, List<IceServer> servers, boolean controlling, int components) {
        IcePolicy policy = IcePolicy.valueOf(configuration.iceTransportPolicy().name());
        return SessionLoop.Options.of(controlling, policy, servers).withComponents(components);
    }

    LiveSession open(TransportPort.Setup setup, List<IceServer> servers, @Nullable ConnectionPool pool, LiveSession.Listener listener) {
        SessionLoop.Options options = options(setup.configuration(), servers, setup.controlling(), setup.components());
        return pool == null || shared ? sessions.open(options, listener) : pool.open(options, listener);
    }

    void gather(LiveSession session) {
        if (shared) {
            session.gatherShared();
        } else {
            session.gather(parts.hosts().get());
        }
    }

    void later(long nanos, Runnable task) {
        loop.execute(() -> loop.wheel().file(new Wheel.Entry(now -> {
            task.run();
            return Deadline.NONE;
        }), loop.nowNanos() + nanos));
    }

    List<TransportAddress> hosts() {
        return parts.hosts().get();
    }
}
