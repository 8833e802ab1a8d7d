package dev.isthmus.ice.dtls.bc;

import dev.isthmus.ice.dtls.DtlsEvent;
import dev.isthmus.ice.dtls.DtlsReason;
import dev.isthmus.ice.dtls.ServerIdentity;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Vector;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.AlertLevel;
import org.bouncycastle.tls.Certificate;
import org.bouncycastle.tls.CertificateRequest;
import org.bouncycastle.tls.DTLSClientProtocol;
import org.bouncycastle.tls.DTLSTransport;
import org.bouncycastle.tls.DatagramTransport;
import org.bouncycastle.tls.DefaultTlsClient;
import org.bouncycastle.tls.NameType;
import org.bouncycastle.tls.ProtocolName;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.ServerName;
import org.bouncycastle.tls.TlsAuthentication;
import org.bouncycastle.tls.TlsCredentials;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.TlsServerCertificate;
import org.bouncycastle.tls.crypto.TlsCertificate;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsCrypto;
import org.jspecify.annotations.Nullable;

/** The client of an association for application data. */
final class DataClient implements Handshake {
    private final ServerIdentity server;
    private volatile boolean ended;
    private volatile @Nullable DtlsReason refusal;

    DataClient(ServerIdentity server) {
        this.server = server;
    }

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
        return refusal;
    }

    private void verify(Certificate chain) throws IOException {
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            List<X509Certificate> certificates = new ArrayList<>();
            for (TlsCertificate each : chain.getCertificateList()) {
                certificates.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(each.getEncoded())));
            }
            server.check(certificates);
        } catch (CertificateException e) {
            refusal = DtlsReason.WRONG_SERVER;
            throw new TlsFatalAlert(AlertDescription.bad_certificate, e);
        }
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
        @SuppressWarnings("NullAway") // null is the library's word for none
        protected Vector<ServerName> getSNIServerNames() {
            if (server.name().isEmpty()) {
                return null;
            }
            Vector<ServerName> names = new Vector<>();
            names.add(new ServerName(NameType.host_name, server.name().getBytes(StandardCharsets.US_ASCII)));
            return names;
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
                public void notifyServerCertificate(TlsServerCertificate presented) throws IOException {
                    verify(presented.getCertificate());
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
