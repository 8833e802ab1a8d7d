package dev.isthmus.ice.dtls.bc;

import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.dtls.DtlsEngine;
import dev.isthmus.ice.dtls.DtlsEvent;
import dev.isthmus.ice.dtls.DtlsReason;
import dev.isthmus.ice.dtls.Fingerprint;
import dev.isthmus.ice.dtls.HandshakeGuard;
import dev.isthmus.ice.dtls.SrtpKeys;
import dev.isthmus.ice.dtls.SrtpProfile;
import dev.isthmus.ice.time.Deadline;
import dev.isthmus.ice.time.RandomSource;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.bouncycastle.tls.DTLSClientProtocol;
import org.bouncycastle.tls.DTLSServerProtocol;
import org.bouncycastle.tls.DTLSTransport;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsCrypto;
import org.jspecify.annotations.Nullable;

/**
 * DTLS 1.2 by Bouncy Castle. The handshake blocks and computes for milliseconds, so it runs on a virtual thread that sees only two bounded
 * queues; its results come to the owner loop as tasks. After Finished only the loop touches the association.
 */
public final class BcDtlsEngine implements DtlsEngine {
    /**
     * How an association is set up.
     *
     * @param client whether this side sends the ClientHello
     * @param certificate ours
     * @param expected fingerprints that the peer signalled; its certificate must have one of them
     * @param profiles SRTP profiles, best first
     * @param address the peer's host, asked when the handshake begins: handshakes of one host are capped together
     */
    public record Setup(boolean client, DtlsCertificate certificate, List<Fingerprint> expected, List<SrtpProfile> profiles,
            Supplier<String> address) {}

    /** What the owner provides: its loop, what to call there when there is something to drain, and the shared workers. */
    public record Owner(Executor loop, Runnable drain, HandshakeWorkers workers, RandomSource random, Counters<DtlsReason> counters) {}

    private final Setup setup;
    private final Owner owner;
    private final PeerPolicy policy;
    private final HandshakeGuard guard = new HandshakeGuard();
    private final QueueTransport transport;
    private final AtomicBoolean drainAsked = new AtomicBoolean();
    private final Deque<DtlsEvent> events = new ArrayDeque<>();
    private final byte[] scratch = new byte[2048];
    private @Nullable DTLSTransport association;
    private boolean started;
    private boolean ended;

    /** Creates an engine that does nothing until it is started. */
    public BcDtlsEngine(Setup setup, Owner owner) {
        this.setup = setup;
        this.owner = owner;
        this.policy = new PeerPolicy(setup.certificate(), setup.expected(), setup.profiles());
        this.transport = new QueueTransport(!setup.client(), this::askDrain);
    }

    private void askDrain() {
        if (drainAsked.compareAndSet(false, true)) {
            owner.loop().execute(() -> {
                drainAsked.set(false);
                owner.drain().run();
            });
        }
    }

    @Override
    public void start(long nowNanos) {
        if (setup.client()) {
            begin();
        }
    }

    private void begin() {
        if (started) {
            return;
        }
        started = true;
        owner.counters().count(DtlsReason.HANDSHAKES_STARTED);
        if (!owner.workers().submit(setup.address().get(), this::handshake)) {
            owner.counters().count(DtlsReason.TOO_MANY_HANDSHAKES);
            started = false; // the peer sends its ClientHello again
            if (setup.client()) {
                ended = true;
                events.add(new DtlsEvent.Failed(DtlsReason.TOO_MANY_HANDSHAKES.description()));
            }
        }
    }

    /** Runs on a virtual thread. */
    private void handshake() {
        BcTlsCrypto crypto = new BcTlsCrypto(new RandomAdapter(owner.random()));
        try {
            if (setup.client()) {
                ClientPeer peer = new ClientPeer(crypto, policy);
                DTLSTransport done = new DTLSClientProtocol().connect(peer, transport);
                connected(done, policy.keys());
            } else {
                ServerPeer peer = new ServerPeer(crypto, policy);
                DTLSTransport done = new DTLSServerProtocol().accept(peer, transport);
                connected(done, policy.keys());
            }
        } catch (IOException | RuntimeException e) {
            failed(e);
        }
    }

    private void connected(DTLSTransport done, SrtpKeys keys) {
        transport.stopWaiting();
        owner.loop().execute(() -> {
            if (ended) {
                return;
            }
            association = done;
            owner.counters().count(DtlsReason.HANDSHAKES_DONE);
            events.add(new DtlsEvent.Connected(keys));
            transport.release();
            readRecords();
            owner.drain().run();
        });
    }

    private void failed(Exception e) {
        owner.loop().execute(() -> {
            if (!ended) {
                ended = true;
                DtlsReason refusal = policy.refusal();
                transport.release();
                owner.counters().count(refusal == null ? DtlsReason.HANDSHAKE_FAILED : refusal);
                events.add(new DtlsEvent.Failed(refusal == null ? String.valueOf(e.getMessage()) : refusal.description()));
                owner.drain().run();
            }
        });
    }

    @Override
    public void onPacket(ByteBuffer buffer, int offset, int length, long nowNanos) {
        DtlsReason refused = guard.check(buffer, offset, length);
        if (refused != null || ended) {
            if (refused != null) {
                owner.counters().count(refused);
            }
            return;
        }
        byte[] copy = new byte[length];
        buffer.get(offset, copy);
        if (!transport.offer(copy)) {
            owner.counters().count(DtlsReason.QUEUE_FULL);
            return;
        }
        begin();
        readRecords();
    }

    /** Lets the association take what has come: alerts, and handshake messages that the peer repeats. */
    private void readRecords() {
        DTLSTransport open = association;
        if (open == null) {
            return;
        }
        while (!ended && transport.hasInput()) {
            try {
                open.receive(scratch, 0, scratch.length, 0);
            } catch (InterruptedIOException e) {
                break; // everything is read
            } catch (IOException e) {
                closedByPeer();
            }
        }
        if (!ended && policy.endedByPeer()) {
            closedByPeer();
        }
    }

    private void closedByPeer() {
        ended = true;
        owner.counters().count(DtlsReason.CLOSED_BY_PEER);
        events.add(new DtlsEvent.Closed());
    }

    @Override
    public void onTimeout(long nowNanos) {
        // the handshake keeps its own time on its thread
    }

    @Override
    public long nextDeadline() {
        return Deadline.NONE;
    }

    @Override
    public byte @Nullable [] pollTransmit() {
        return transport.pollOutput();
    }

    @Override
    public @Nullable DtlsEvent pollEvent() {
        return events.poll();
    }

    @Override
    public void close() {
        DTLSTransport open = association;
        ended = true;
        transport.close();
        transport.stopWaiting();
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                owner.counters().count(DtlsReason.CLOSED_BY_PEER);
            }
        }
    }
}
