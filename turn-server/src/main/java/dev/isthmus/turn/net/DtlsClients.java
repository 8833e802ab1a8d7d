package dev.isthmus.turn.net;

import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.dtls.DtlsReason;
import dev.isthmus.ice.dtls.HandshakeGuard;
import dev.isthmus.ice.dtls.HelloVerifier;
import dev.isthmus.ice.dtls.bc.BcDtlsEngine;
import dev.isthmus.ice.dtls.bc.HandshakeWorkers;
import dev.isthmus.ice.dtls.bc.PemIdentity;
import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.Datagram;
import dev.isthmus.ice.net.FlowMap;
import dev.isthmus.ice.net.Loop;
import dev.isthmus.ice.net.UdpPort;
import dev.isthmus.ice.time.RandomSource;
import dev.isthmus.turn.auth.Sources;
import dev.isthmus.turn.server.TurnReason;
import java.nio.ByteBuffer;
import java.util.List;

/** The DTLS associations of one loop (RFC 7350). A datagram of a stranger leaves nothing behind before its sender has shown a cookie. */
final class DtlsClients {
    /**
     * What all loops share.
     *
     * @param connections how many there are, together with those over TCP
     * @param halfOpen how many of them are in their handshake
     * @param workers where handshakes are made
     * @param cookieKey makes cookies
     * @param random for handshakes
     */
    record Shared(Connections connections, Connections halfOpen, HandshakeWorkers workers, byte[] cookieKey, RandomSource random) {}

    private static final int SCRATCH = 4096;
    private final TurnLoop turn;
    private final Shared shared;
    private final HelloVerifier verifier;
    private final Counters<DtlsReason> counters = new Counters<>(DtlsReason.class);
    private final FlowMap<DtlsClient> open = new FlowMap<>();
    private final ByteBuffer scratch = ByteBuffer.allocateDirect(SCRATCH);
    private final Datagram view = new Datagram();

    DtlsClients(TurnLoop turn, Shared shared) {
        this.turn = turn;
        this.shared = shared;
        this.verifier = new HelloVerifier(shared.cookieKey());
    }

    Loop loop() {
        return turn.loop();
    }

    Counters<DtlsReason> counters() {
        return counters;
    }

    boolean hasAllocation(AddressKey client) {
        return turn.hasAllocation(client);
    }

    void count(TurnReason reason) {
        turn.counters().count(reason);
    }

    void onPacket(Datagram datagram, UdpPort port, PemIdentity identity, long nowNanos) {
        DtlsClient client = open.get(datagram.key());
        ByteBuffer buffer = datagram.buffer();
        // Only a hello can be a stranger's; a client that begins anew on its old port has to show a cookie too (RFC 6347, section 4.2.8).
        boolean hello = HelloVerifier.beginsHello(buffer, datagram.offset(), datagram.length());
        if (client != null && (!hello || client.began(buffer, datagram.offset(), datagram.length()))) {
            client.onPacket(buffer, datagram.offset(), datagram.length(), nowNanos);
            return;
        }
        switch (verifier.check(buffer, datagram.offset(), datagram.length(), datagram.key(), nowNanos)) {
            case STRANGE -> count(TurnReason.DTLS_STRANGE);
            case ASK -> {
                count(TurnReason.DTLS_COOKIE_ASKED);
                port.send(datagram.key(), scratch, 0, verifier.writeRequest(scratch, 0));
            }
            case VALID -> begin(datagram, port, identity, nowNanos);
        }
    }

    private void begin(Datagram datagram, UdpPort port, PemIdentity identity, long nowNanos) {
        if (new HandshakeGuard().check(datagram.buffer(), datagram.offset(), datagram.length()) != null) {
            count(TurnReason.DTLS_STRANGE);
            return;
        }
        Connections.Place halfOpen = shared.halfOpen().take(datagram.key().remote(), this::count);
        if (halfOpen == null) {
            return;
        }
        DtlsClient before = open.get(datagram.key());
        if (before != null) {
            before.close(); // whose place the new one takes
        }
        Connections.Place place = shared.connections().take(datagram.key().remote(), this::count);
        if (place == null) {
            halfOpen.close();
            return;
        }
        count(TurnReason.DTLS_BEGUN);
        DtlsClient client = new DtlsClient(this, port, identity, datagram.key(), verifier.cookie(), place, halfOpen);
        open.put(client.flow(), client);
        client.opened(nowNanos);
        client.onPacket(datagram.buffer(), datagram.offset(), datagram.length(), nowNanos);
    }

    BcDtlsEngine engine(DtlsClient client, PemIdentity identity, byte[] hello, byte[] cookie) {
        return BcDtlsEngine.server(new BcDtlsEngine.Served(identity, hello, cookie, Sources.of(client.flow().remote())),
                new BcDtlsEngine.Owner(turn.loop()::execute, client::drain, shared.workers(), shared.random(), counters));
    }

    void onMessage(DtlsClient client, byte[] message, long nowNanos) {
        scratch.put(Datagram.HEADROOM, message);
        view.wrap(scratch, Datagram.HEADROOM, message.length).key().set(client.key());
        turn.onMessage(view, client, nowNanos);
    }

    void closed(DtlsClient client) {
        if (open.remove(client.flow(), client)) {
            turn.onDisconnected(client.key());
        }
    }

    /** Closes every association; on the loop's thread. */
    void close() {
        List.copyOf(open.values()).forEach(DtlsClient::close);
    }
}
