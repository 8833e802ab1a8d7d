package dev.isthmus.gateway.peer.net;

import dev.isthmus.gateway.peer.RTCConfiguration;
import dev.isthmus.ice.session.net.CandidatePool;
import dev.isthmus.ice.session.net.LiveSession;
import dev.isthmus.ice.session.net.SessionLoop;

/** The candidates that a connection has gathered ahead, on the loop where its transports will live (webrtc-pc, section 4.2.1). */
final class ConnectionPool {
    private final PeerLoop owner;
    private final CandidatePool pool;
    /** Which filling is the latest, of those whose servers are still being looked for; only on the loop. */
    private int present;

    ConnectionPool(PeerLoop owner) {
        this.owner = owner;
        this.pool = new CandidatePool(owner.sessions());
    }

    PeerLoop owner() {
        return owner;
    }

    /** Gathers as much as a configuration wants. */
    void fill(RTCConfiguration configuration) {
        owner.loop().execute(() -> {
            int number = ++present;
            owner.withServers(configuration, servers -> {
                if (number == present) {
                    pool.fill(owner.options(configuration, servers, true, 1), owner.hosts(), configuration.iceCandidatePoolSize());
                }
            });
        });
    }

    /** Gives all back that was not used. */
    void give() {
        owner.loop().execute(() -> {
            present++;
            pool.close();
        });
    }

    /** Opens a session, one that has gathered if there is one; on the loop. */
    LiveSession open(SessionLoop.Options options, LiveSession.Listener listener) {
        return pool.open(options, listener);
    }
}
