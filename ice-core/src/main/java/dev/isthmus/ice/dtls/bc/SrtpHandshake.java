package dev.isthmus.ice.dtls.bc;

import dev.isthmus.ice.dtls.DtlsEvent;
import dev.isthmus.ice.dtls.DtlsReason;
import java.io.IOException;
import java.security.SecureRandom;
import org.bouncycastle.tls.DTLSClientProtocol;
import org.bouncycastle.tls.DTLSServerProtocol;
import org.bouncycastle.tls.DTLSTransport;
import org.bouncycastle.tls.DatagramTransport;
import org.jspecify.annotations.Nullable;

/** Either side of a DTLS-SRTP handshake (RFC 5764). */
record SrtpHandshake(boolean client, PeerPolicy policy) implements Handshake {
    @Override
    public boolean startsItself() {
        return client;
    }

    @Override
    public boolean holdsLastFlight() {
        return !client;
    }

    @Override
    public DTLSTransport run(SecureRandom random, DatagramTransport transport) throws IOException {
        PeerCrypto crypto = new PeerCrypto(random);
        return client
                ? new DTLSClientProtocol().connect(new ClientPeer(crypto, policy), transport)
                : new DTLSServerProtocol().accept(new ServerPeer(crypto, policy), transport);
    }

    @Override
    public DtlsEvent done() {
        return new DtlsEvent.Connected(policy.keys(), policy.ownCertificate(), policy.peerCertificates());
    }

    @Override
    public @Nullable DtlsReason refusal() {
        return policy.refusal();
    }

    @Override
    public int receivedAlert() {
        return policy.receivedAlert();
    }

    @Override
    public int sentAlert() {
        return policy.sentAlert();
    }

    @Override
    public boolean endedByPeer() {
        return policy.endedByPeer();
    }
}
