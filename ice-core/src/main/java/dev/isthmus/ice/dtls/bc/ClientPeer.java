package dev.isthmus.ice.dtls.bc;

import java.io.IOException;
import java.util.Hashtable;
import org.bouncycastle.tls.CertificateRequest;
import org.bouncycastle.tls.ClientCertificateType;
import org.bouncycastle.tls.DefaultTlsClient;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.TlsAuthentication;
import org.bouncycastle.tls.TlsCredentials;
import org.bouncycastle.tls.TlsServerCertificate;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsCrypto;

/** The active side of a DTLS-SRTP handshake. */
final class ClientPeer extends DefaultTlsClient {
    private final PeerPolicy policy;
    private final BcTlsCrypto crypto;

    ClientPeer(BcTlsCrypto crypto, PeerPolicy policy) {
        super(crypto);
        this.crypto = crypto;
        this.policy = policy;
    }

    @Override
    public void notifyAlertReceived(short level, short description) {
        policy.alertReceived(level, description);
    }

    @Override
    public void notifyAlertRaised(short level, short description, String message, Throwable cause) {
        policy.alertRaised(level, description);
    }

    @Override
    public void notifyHandshakeComplete() throws IOException {
        super.notifyHandshakeComplete();
        policy.export(context, true);
    }

    @Override
    protected ProtocolVersion[] getSupportedVersions() {
        return ProtocolVersion.DTLSv12.only();
    }

    @Override
    protected int[] getSupportedCipherSuites() {
        return PeerPolicy.CLIENT_SUITES.clone();
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
    public TlsAuthentication getAuthentication() {
        return new TlsAuthentication() {
            @Override
            public void notifyServerCertificate(TlsServerCertificate server) throws IOException {
                policy.verify(server.getCertificate());
            }

            @Override
            public TlsCredentials getClientCredentials(CertificateRequest request) throws IOException {
                boolean ecdsa = false;
                for (short type : request.getCertificateTypes()) {
                    ecdsa |= type == ClientCertificateType.ecdsa_sign;
                }
                return policy.signer(context, crypto, !policy.has(false) || !ecdsa);
            }
        };
    }

    @Override
    @SuppressWarnings("unchecked")
    public Hashtable<Integer, byte[]> getClientExtensions() throws IOException {
        Hashtable<Integer, byte[]> extensions = super.getClientExtensions();
        policy.offerProfiles(extensions);
        return extensions;
    }

    @Override
    @SuppressWarnings("unchecked")
    public void processServerExtensions(@SuppressWarnings("rawtypes") Hashtable serverExtensions) throws IOException {
        super.processServerExtensions(serverExtensions);
        policy.accept(serverExtensions);
    }
}
