package dev.isthmus.ice.dtls.bc;

import dev.isthmus.ice.dtls.DtlsEvent;
import dev.isthmus.ice.dtls.DtlsReason;
import java.io.IOException;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.util.List;
import java.util.Vector;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.AlertLevel;
import org.bouncycastle.tls.Certificate;
import org.bouncycastle.tls.CipherSuite;
import org.bouncycastle.tls.DTLSServerProtocol;
import org.bouncycastle.tls.DTLSTransport;
import org.bouncycastle.tls.DatagramTransport;
import org.bouncycastle.tls.DefaultTlsServer;
import org.bouncycastle.tls.ProtocolName;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.SignatureAlgorithm;
import org.bouncycastle.tls.TlsCredentialedSigner;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.TlsUtils;
import org.bouncycastle.tls.crypto.TlsCertificate;
import org.bouncycastle.tls.crypto.TlsCryptoParameters;
import org.bouncycastle.tls.crypto.impl.bc.BcDefaultTlsCredentialedSigner;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsCrypto;
import org.jspecify.annotations.Nullable;

/** The server of an association for application data, with a certificate of the operator's, for a client that has shown its cookie. */
final class DataServer implements Handshake {
    private final BcDtlsEngine.Served served;
    private volatile boolean ended;

    DataServer(BcDtlsEngine.Served served) {
        this.served = served;
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
        BcTlsCrypto crypto = new BcTlsCrypto(random);
        return new DTLSServerProtocol().accept(new Peer(crypto), transport, VerifiedHello.of(served.hello(), served.cookie(), random));
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

    private final class Peer extends DefaultTlsServer {
        private static final int[] SUITES = {CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
                CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
                CipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, CipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
                CipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256};
        private final BcTlsCrypto crypto;

        Peer(BcTlsCrypto crypto) {
            super(crypto);
            this.crypto = crypto;
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
        protected int[] getSupportedCipherSuites() {
            return SUITES.clone();
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

        /** RFC 7443: clients may say what they want to speak; those that want something else are served too. */
        @Override
        @SuppressWarnings("unchecked")
        protected Vector<ProtocolName> getProtocolNames() {
            Vector<ProtocolName> names = new Vector<>();
            List.of("stun.turn", "stun.nat-discovery").forEach(n -> names.add(ProtocolName.asUtf8Encoding(n)));
            if (clientProtocolNames != null) {
                names.retainAll((Vector<ProtocolName>) clientProtocolNames);
            }
            return names;
        }

        @Override
        protected TlsCredentialedSigner getECDSASignerCredentials() throws IOException {
            return signer(SignatureAlgorithm.ecdsa);
        }

        @Override
        protected TlsCredentialedSigner getRSASignerCredentials() throws IOException {
            return signer(SignatureAlgorithm.rsa);
        }

        @SuppressWarnings("NullAway") // null tells the library that this kind of signature is not to be had
        private TlsCredentialedSigner signer(short algorithm) throws IOException {
            PemIdentity identity = served.identity();
            boolean rsa = identity.key().getAlgorithm().equals("RSA");
            if (rsa != (algorithm == SignatureAlgorithm.rsa)) {
                throw new TlsFatalAlert(AlertDescription.handshake_failure);
            }
            AsymmetricKeyParameter key = PrivateKeyFactory.createKey(identity.key().getEncoded());
            return new BcDefaultTlsCredentialedSigner(new TlsCryptoParameters(context), crypto, key, chain(identity),
                    TlsUtils.chooseSignatureAndHashAlgorithm(context, context.getSecurityParametersHandshake().getClientSigAlgs(),
                            algorithm));
        }

        private Certificate chain(PemIdentity identity) throws IOException {
            TlsCertificate[] chain = new TlsCertificate[identity.chain().size()];
            try {
                for (int i = 0; i < chain.length; i++) {
                    chain[i] = crypto.createCertificate(identity.chain().get(i).getEncoded());
                }
            } catch (CertificateEncodingException e) {
                throw new TlsFatalAlert(AlertDescription.internal_error, e);
            }
            return new Certificate(chain);
        }

        /** The suites of the certificate's own kind only: the library would choose one and then ask in vain for the signer. */
        @Override
        protected boolean selectCipherSuite(int cipherSuite) throws IOException {
            boolean rsa = served.identity().key().getAlgorithm().equals("RSA");
            boolean forRsa = cipherSuite == CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
                    || cipherSuite == CipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
                    || cipherSuite == CipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256;
            return rsa == forRsa && super.selectCipherSuite(cipherSuite);
        }
    }
}
