package dev.isthmus.ice.dtls.bc;

import dev.isthmus.ice.dtls.DtlsEvent;
import dev.isthmus.ice.dtls.DtlsReason;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.Vector;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.AlertLevel;
import org.bouncycastle.tls.CertificateRequest;
import org.bouncycastle.tls.DTLSClientProtocol;
import org.bouncycastle.tls.DTLSTransport;
import org.bouncycastle.tls.DatagramTransport;
import org.bouncycastle.tls.DefaultTlsClient;
import org.bouncycastle.tls.ProtocolName;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.TlsAuthentication;
import org.bouncycastle.tls.TlsCredentials;
import org.bouncycastle.tls.TlsServerCertificate;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsCrypto;
import org.jspecify.annotations.Nullable;

/** The client of an association for application data; it takes any certificate, as a probe does. */
final class DataClient implements Handshake {
    private volatile boolean ended;

    @Override
    public boolean startsItself() {
        return true;
    }

    @Override
    public boolean holdsLastFlight() {
        return false;
    }

    @Override
    public DTLSTransport run(SecureRandom random, DatagramTransport transport) throws IOException {
        return new DTLSClientProtocol().connect(new Peer(new BcTlsCrypto(random)), transport);
    }

    @Override
    public DtlsEvent done() {
        return new DtlsEvent.Open();
    }

    @Override
    public @Nullable DtlsReason refusal() {
        return null;
    }

    @Override
    public boolean endedByPeer() {
        return ended;
    }

    private final class Peer extends DefaultTlsClient {
        Peer(BcTlsCrypto crypto) {
            super(crypto);
        }

        @Override
        public void notifyAlertReceived(short level, short description) {
            ended |= level == AlertLevel.fatal || description == AlertDescription.close_notify;
        }

        @Override
        protected ProtocolVersion[] getSupportedVersions() {
            return ProtocolVersion.DTLSv12.only();
        }

        @Override
        public int getHandshakeTimeoutMillis() {
            return PeerPolicy.HANDSHAKE_TIMEOUT_MILLIS;
        }

        @Override
        public int getHandshakeResendTimeMillis() {
            return PeerPolicy.FIRST_RESEND_MILLIS;
        }

        @Override
        protected Vector<ProtocolName> getProtocolNames() {
            Vector<ProtocolName> names = new Vector<>();
            names.add(ProtocolName.asUtf8Encoding("stun.turn"));
            return names;
        }

        @Override
        public TlsAuthentication getAuthentication() {
            return new TlsAuthentication() {
                @Override
                public void notifyServerCertificate(TlsServerCertificate server) {
                    // whoever it is
                }

                @Override
                @SuppressWarnings("NullAway") // null is the library's word for none
                public TlsCredentials getClientCredentials(CertificateRequest request) {
                    return null;
                }
            };
        }
    }
}
