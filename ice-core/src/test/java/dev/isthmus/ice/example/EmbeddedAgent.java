package dev.isthmus.ice.example;

import dev.isthmus.ice.dtls.bc.HandshakeWorkers;
import dev.isthmus.ice.ice.Candidate;
import dev.isthmus.ice.ice.IceCredentials;
import dev.isthmus.ice.ice.IceState;
import dev.isthmus.ice.net.Loop;
import dev.isthmus.ice.net.LoopGroup;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.ops.SecureRandomSource;
import dev.isthmus.ice.session.IcePolicy;
import dev.isthmus.ice.session.IceServer;
import dev.isthmus.ice.session.SessionEvent;
import dev.isthmus.ice.session.net.LiveSession;
import dev.isthmus.ice.session.net.ServerTrust;
import dev.isthmus.ice.session.net.SessionLoop;
import dev.isthmus.ice.turn.client.TurnData;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** An ICE agent in a program of your own: what its peer must know it says in lines of text, by whatever way you have. */
public final class EmbeddedAgent implements LiveSession.Listener, AutoCloseable {
    private final LoopGroup loops = new LoopGroup("ice", 1);
    private final Loop loop = loops.loop(0);
    private final SessionLoop sessions;
    private final LiveSession session;
    private final Consumer<String> tell;
    private final Consumer<byte[]> received;
    private final CompletableFuture<Boolean> connected = new CompletableFuture<>();

    /** Opens a session; whoever offers is controlling. What is told and received comes on the loop's thread. */
    public EmbeddedAgent(boolean controlling, List<IceServer> servers, Consumer<String> tell, Consumer<byte[]> received) throws Exception {
        this.tell = tell;
        this.received = received;
        SessionLoop.Parts parts = new SessionLoop.Parts(new SecureRandomSource(), new HandshakeWorkers(4, 64, 8), ServerTrust.system());
        sessions = loop.submit(() -> new SessionLoop(loop, parts)).join();
        session = loop.submit(() -> sessions.open(SessionLoop.Options.of(controlling, IcePolicy.ALL, servers), this)).join();
    }

    /** Says who we are, and then every candidate as it is found. */
    public void start(List<TransportAddress> hosts) {
        loop.execute(() -> {
            IceCredentials own = session.session().agent().localCredentials();
            tell.accept("credentials " + own.ufrag() + " " + own.password());
            session.gather(hosts);
        });
    }

    /** Takes a line that the other side has said. */
    public void hear(String line) {
        loop.execute(() -> {
            String[] words = line.split(" ");
            if (words[0].equals("credentials")) {
                session.setRemoteCredentials(new IceCredentials(words[1], words[2]));
            } else if (words[0].equals("end")) {
                session.endOfRemoteCandidates("");
            } else {
                session.addRemoteCandidate(line, ""); // one that cannot be read is counted: sessions.tallies()
            }
        });
    }

    /** Completes when data can be sent: true, or false when there is no way to the peer. */
    public CompletableFuture<Boolean> connected() {
        return connected;
    }

    /** Sends a datagram to the peer, directly or through a TURN server; completes with whether it was sent. */
    public CompletableFuture<Boolean> send(byte[] data) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(TurnData.HEADROOM + data.length + TurnData.TAILROOM);
        buffer.put(TurnData.HEADROOM, data);
        return loop.submit(() -> session.send(1, buffer, TurnData.HEADROOM, data.length));
    }

    @Override
    public void onEvent(SessionEvent event) {
        switch (event) {
            case SessionEvent.CandidateFound(Candidate found) -> tell.accept(session.attribute(found, Map.of()).toSdp());
            case SessionEvent.GatheringDone() -> tell.accept("end");
            case SessionEvent.StateChanged(IceState state) when state == IceState.CONNECTED -> connected.complete(true);
            case SessionEvent.StateChanged(IceState state) when state == IceState.FAILED -> connected.complete(false);
            case SessionEvent.GatheringError error -> System.err.println(error); // a server that gave no candidate, and why
            default -> {
                // which pair was selected, other states
            }
        }
    }

    @Override
    public void onData(int component, ByteBuffer buffer, int offset, int length) {
        byte[] copy = new byte[length]; // the buffer is the loop's
        buffer.get(offset, copy);
        received.accept(copy);
    }

    @Override
    public void close() {
        loop.submit(() -> {
            sessions.close();
            return true;
        }).join();
        loops.close();
    }
}
