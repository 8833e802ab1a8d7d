package dev.isthmus.ice.dtls.bc;

import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.dtls.DtlsEngine;
import dev.isthmus.ice.dtls.DtlsEvent;
import dev.isthmus.ice.dtls.DtlsReason;
import dev.isthmus.ice.dtls.Fingerprint;
import dev.isthmus.ice.dtls.HandshakeGuard;
import dev.isthmus.ice.dtls.ServerIdentity;
import dev.isthmus.ice.dtls.SrtpProfile;
import dev.isthmus.ice.time.Deadline;
import dev.isthmus.ice.time.RandomSource;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.bouncycastle.tls.DTLSTransport;
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
     * @param certificates ours, of which the first fits that the peer can take
     * @param expected fingerprints that the peer signalled; its certificate must have one of them
     * @param profiles SRTP profiles, best first
     * @param address the peer's host, asked when the handshake begins: handshakes of one host are capped together
     */
    public record Setup(boolean client, List<DtlsCertificate> certificates, List<Fingerprint> expected, List<SrtpProfile> profiles,
            Supplier<String> address) {}

    /**
     * A server of application data, for a client that has shown its cookie.
     *
     * @param identity the operator's certificate
     * @param hello the ClientHello in one record
     * @param cookie what the client has shown
     * @param address the client's host: handshakes of one host are capped together
     */
    public record Served(PemIdentity identity, byte[] hello, byte[] cookie, String address) {}

    /** What the owner provides: its loop, what to call there when there is something to drain, and the shared workers. */
    public record Owner(Executor loop, Runnable drain, HandshakeWorkers workers, RandomSource random, Counters<DtlsReason> counters) {}

    private final Supplier<String> address;
    private final Owner owner;
    private final Handshake handshake;
    private final HandshakeGuard guard = new HandshakeGuard();
    private final QueueTransport transport;
    private final AtomicBoolean drainAsked = new AtomicBoolean();
    private final Deque<DtlsEvent> events = new ArrayDeque<>();
    private final byte[] scratch = new byte[2048];
    private final byte[] sending = new byte[2048];
    private @Nullable DTLSTransport association;
    private boolean started;
    private boolean ended;

    /** Creates an engine that does nothing until it is started. */
    public BcDtlsEngine(Setup setup, Owner owner) {
        this(new SrtpHandshake(setup.client(), new PeerPolicy(setup.certificates(), setup.expected(), setup.profiles())), setup.address(),
                owner);
    }

    private BcDtlsEngine(Handshake handshake, Supplier<String> address, Owner owner) {
        this.handshake = handshake;
        this.address = address;
        this.owner = owner;
        this.transport = new QueueTransport(handshake.holdsLastFlight(), this::askDrain);
    }

    /** Creates the server of application data. */
    public static BcDtlsEngine server(Served served, Owner owner) {
        return new BcDtlsEngine(new DataServer(served), served::address, owner);
    }

    /**
     * Creates a client of application data.
     *
     * @param server how it finds out that the server is the right one
     * @param address the server's host: handshakes with one host are capped together
     */
    public static BcDtlsEngine client(ServerIdentity server, String address, Owner owner) {
        return new BcDtlsEngine(new DataClient(server), () -> address, owner);
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
        if (handshake.startsItself()) {
            begin();
        }
    }

    private void begin() {
        if (started) {
            return;
        }
        started = true;
        owner.counters().count(DtlsReason.HANDSHAKES_STARTED);
        if (!owner.workers().submit(address.get(), this::handshake)) {
            owner.counters().count(DtlsReason.TOO_MANY_HANDSHAKES);
            started = false; // the peer sends its ClientHello again
            if (handshake.startsItself()) {
                ended = true;
                events.add(new DtlsEvent.Failed(DtlsReason.TOO_MANY_HANDSHAKES.description(), DtlsReason.TOO_MANY_HANDSHAKES, -1,
                        -1));
            }
        }
    }

    /** Runs on a virtual thread. */
    private void handshake() {
        if (transport.isClosed()) {
            return; // its owner has given up while it waited for its turn
        }
        try {
            connected(handshake.run(new RandomAdapter(owner.random()), transport), handshake.done());
        } catch (IOException | RuntimeException e) {
            failed(e);
        }
    }

    private void connected(DTLSTransport done, DtlsEvent event) {
        transport.stopWaiting();
        owner.loop().execute(() -> {
            if (ended) {
                return;
            }
            association = done;
            owner.counters().count(DtlsReason.HANDSHAKES_DONE);
            events.add(event);
            transport.release();
            readPending(done);
            readRecords();
            owner.drain().run();
        });
    }

    /** What came in one datagram with the end of the handshake. */
    private void readPending(DTLSTransport open) {
        try {
            takePending(open);
        } catch (IOException e) {
            endedByPeer();
        }
    }

    private void failed(Exception e) {
        owner.loop().execute(() -> {
            if (!ended) {
                ended = true;
                DtlsReason refusal = handshake.refusal();
                transport.release();
                owner.counters().count(refusal == null ? DtlsReason.HANDSHAKE_FAILED : refusal);
                events.add(new DtlsEvent.Failed(refusal == null ? String.valueOf(e.getMessage()) : refusal.description(), refusal,
                        handshake.receivedAlert(), handshake.sentAlert()));
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

    /** Lets the association take what has come: data, alerts, and handshake messages that the peer repeats. */
    private void readRecords() {
        DTLSTransport open = association;
        if (open == null) {
            return;
        }
        while (!ended && transport.hasInput()) {
            try {
                data(open.receive(scratch, 0, scratch.length, 0));
                takePending(open); // further records of the same datagram
            } catch (InterruptedIOException e) {
                break; // everything is read
            } catch (IOException e) {
                endedByPeer();
            }
        }
        if (!ended && handshake.endedByPeer()) {
            endedByPeer();
        }
    }

    private void takePending(DTLSTransport open) throws IOException {
        for (int length = open.receivePending(scratch, 0, scratch.length); length >= 0; length = open.receivePending(scratch, 0,
                scratch.length)) {
            data(length);
        }
    }

    private void data(int length) {
        if (length > 0) {
            events.add(new DtlsEvent.Data(Arrays.copyOf(scratch, length)));
        }
    }

    /** It ends in order, or by a fatal alert of either side's (RFC 6347, section 4.1.2.7). */
    private void endedByPeer() {
        ended = true;
        int received = handshake.receivedAlert();
        int sent = handshake.sentAlert();
        boolean failed = received >= 0 || sent >= 0;
        owner.counters().count(failed ? DtlsReason.ENDED_BY_ALERT : DtlsReason.CLOSED_BY_PEER);
        String why = received >= 0 ? "the peer ended the association with alert " + received : "alert " + sent;
        events.add(failed ? new DtlsEvent.Failed(why, null, received, sent) : new DtlsEvent.Closed());
    }

    @Override
    public void send(ByteBuffer buffer, int offset, int length) {
        DTLSTransport open = association;
        if (open == null || ended || length > sending.length) {
            owner.counters().count(DtlsReason.SEND_FAILED);
            return;
        }
        buffer.get(offset, sending, 0, length);
        drainAsked.set(true); // the owner drains after this call anyway
        try {
            open.send(sending, 0, length);
        } catch (IOException e) {
            owner.counters().count(DtlsReason.SEND_FAILED);
        } finally {
            drainAsked.set(false);
        }
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
