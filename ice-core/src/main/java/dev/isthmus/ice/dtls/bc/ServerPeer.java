package dev.isthmus.ice.dtls.bc;

import java.io.IOException;
import java.util.Hashtable;
import org.bouncycastle.tls.Certificate;
import org.bouncycastle.tls.CertificateRequest;
import org.bouncycastle.tls.ClientCertificateType;
import org.bouncycastle.tls.DefaultTlsServer;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.TlsCredentialedSigner;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsCrypto;

/** The passive side of a DTLS-SRTP handshake. */
final class ServerPeer extends DefaultTlsServer {
    private final PeerPolicy policy;
    private final BcTlsCrypto crypto;

    ServerPeer(BcTlsCrypto crypto, PeerPolicy policy) {
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
        policy.export(context, false);
    }

    @Override
    protected ProtocolVersion[] getSupportedVersions() {
        return ProtocolVersion.DTLSv12.only();
    }

    @Override
    protected int[] getSupportedCipherSuites() {
        return policy.servable(PeerPolicy.SUITES);
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
    public boolean requiresExtendedMasterSecret() {
        return false;
    }

    @Override
    protected TlsCredentialedSigner getECDSASignerCredentials() throws IOException {
        return policy.signer(context, crypto, false);
    }

    @Override
    protected TlsCredentialedSigner getRSASignerCredentials() throws IOException {
        return policy.signer(context, crypto, true);
    }

    @Override
    public CertificateRequest getCertificateRequest() {
        return new CertificateRequest(new short[]{ClientCertificateType.ecdsa_sign, ClientCertificateType.rsa_sign},
                PeerPolicy.signatureAlgorithms(), null);
    }

    @Override
    public void notifyClientCertificate(Certificate clientCertificate) throws IOException {
        policy.verify(clientCertificate);
    }

    @Override
    @SuppressWarnings("unchecked")
    public void processClientExtensions(@SuppressWarnings("rawtypes") Hashtable clientExtensions) throws IOException {
        super.processClientExtensions(clientExtensions);
        policy.choose(clientExtensions);
    }

    @Override
    @SuppressWarnings("unchecked")
    public Hashtable<Integer, byte[]> getServerExtensions() throws IOException {
        Hashtable<Integer, byte[]> extensions = super.getServerExtensions();
        Hashtable<Integer, byte[]> answer = extensions == null ? new Hashtable<>() : extensions;
        policy.answerProfile(answer);
        return answer;
    }
}
