package dev.isthmus.ice.dtls.bc;

import dev.isthmus.ice.dtls.DtlsReason;
import dev.isthmus.ice.dtls.Fingerprint;
import dev.isthmus.ice.dtls.SrtpKeys;
import dev.isthmus.ice.dtls.SrtpProfile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Hashtable;
import java.util.List;
import java.util.Objects;
import java.util.Vector;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.AlertLevel;
import org.bouncycastle.tls.Certificate;
import org.bouncycastle.tls.CipherSuite;
import org.bouncycastle.tls.ExporterLabel;
import org.bouncycastle.tls.HashAlgorithm;
import org.bouncycastle.tls.SignatureAlgorithm;
import org.bouncycastle.tls.SignatureAndHashAlgorithm;
import org.bouncycastle.tls.TlsContext;
import org.bouncycastle.tls.TlsCredentialedSigner;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.TlsSRTPUtils;
import org.bouncycastle.tls.UseSRTPData;
import org.bouncycastle.tls.crypto.TlsCertificate;
import org.bouncycastle.tls.crypto.TlsCryptoParameters;
import org.bouncycastle.tls.crypto.impl.bc.BcDefaultTlsCredentialedSigner;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsCrypto;
import org.jspecify.annotations.Nullable;

/** What both roles of a handshake share: suites, our certificate, the peer's fingerprint, the SRTP profile, key export. */
final class PeerPolicy {
    static final int HANDSHAKE_TIMEOUT_MILLIS = 20_000;
    static final int FIRST_RESEND_MILLIS = 300;
    static final int[] SUITES = {CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
            CipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA,
            CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, CipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
            CipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA};
    /** A client also takes servers whose certificate has an RSA key. */
    static final int[] CLIENT_SUITES = {CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
            CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, CipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
            CipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256};
    private static final byte[] NO_MKI = {};

    private final List<DtlsCertificate> certificates;
    private final List<Fingerprint> expected;
    private final List<SrtpProfile> profiles;
    private @Nullable SrtpProfile chosen;
    private @Nullable DtlsReason refusal;
    private @Nullable SrtpKeys keys;
    private volatile boolean ended;
    private volatile int receivedAlert = -1;
    private volatile int sentAlert = -1;
    private List<byte[]> peerCertificates = List.of();
    private byte[] ownCertificate = {};

    PeerPolicy(List<DtlsCertificate> certificates, List<Fingerprint> expected, List<SrtpProfile> profiles) {
        this.certificates = List.copyOf(certificates);
        this.expected = expected;
        this.profiles = profiles;
    }

    /** Returns why this side refused the peer, or null. */
    @Nullable
    DtlsReason refusal() {
        return refusal;
    }

    private TlsFatalAlert refuse(DtlsReason reason, short alert) {
        refusal = reason;
        return new TlsFatalAlert(alert, reason.description());
    }

    void verify(@Nullable Certificate chain) throws IOException {
        if (chain == null || chain.isEmpty()) {
            throw refuse(DtlsReason.WRONG_FINGERPRINT, AlertDescription.bad_certificate);
        }
        byte[] der = chain.getCertificateAt(0).getEncoded();
        if (expected.stream().noneMatch(f -> f.matches(der))) {
            throw refuse(DtlsReason.WRONG_FINGERPRINT, AlertDescription.bad_certificate);
        }
        List<byte[]> shown = new ArrayList<>();
        for (int i = 0; i < chain.getLength(); i++) {
            shown.add(chain.getCertificateAt(i).getEncoded());
        }
        peerCertificates = List.copyOf(shown);
    }

    /** Returns the certificate that was shown to the peer, in DER. */
    byte[] ownCertificate() {
        return ownCertificate;
    }

    /** Returns the certificates that the peer has shown, in DER. */
    List<byte[]> peerCertificates() {
        return peerCertificates;
    }

    /** Returns the fatal alert of the peer's, or -1. */
    int receivedAlert() {
        return receivedAlert;
    }

    /** Returns the fatal alert of ours, or -1. */
    int sentAlert() {
        return sentAlert;
    }

    /** Returns whether there is a certificate with such a key. */
    boolean has(boolean rsa) {
        return certificates.stream().anyMatch(c -> c.isRsa() == rsa);
    }

    /** Returns those of the suites for which there is a certificate. */
    int[] servable(int[] suites) {
        return Arrays.stream(suites).filter(s -> has(isRsa(s))).toArray();
    }

    private static boolean isRsa(int suite) {
        return suite == CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 || suite == CipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
                || suite == CipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256
                || suite == CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA;
    }

    /** Signs with the certificate that has such a key, or with the first when there is none. */
    TlsCredentialedSigner signer(TlsContext context, BcTlsCrypto crypto, boolean rsa) throws IOException {
        DtlsCertificate used = certificates.stream().filter(c -> c.isRsa() == rsa).findFirst().orElse(certificates.get(0));
        ownCertificate = used.der();
        TlsCertificate own = crypto.createCertificate(ownCertificate);
        Certificate chain = new Certificate(new TlsCertificate[]{own});
        short algorithm = used.isRsa() ? SignatureAlgorithm.rsa : SignatureAlgorithm.ecdsa;
        return new BcDefaultTlsCredentialedSigner(new TlsCryptoParameters(context), crypto, used.privateKey(), chain,
                new SignatureAndHashAlgorithm(HashAlgorithm.sha256, algorithm));
    }

    static Vector<SignatureAndHashAlgorithm> signatureAlgorithms() {
        Vector<SignatureAndHashAlgorithm> all = new Vector<>();
        for (short hash : new short[]{HashAlgorithm.sha256, HashAlgorithm.sha384, HashAlgorithm.sha512}) {
            all.add(new SignatureAndHashAlgorithm(hash, SignatureAlgorithm.ecdsa));
            all.add(new SignatureAndHashAlgorithm(hash, SignatureAlgorithm.rsa));
        }
        return all;
    }

    /** Client: offers our profiles. */
    void offerProfiles(Hashtable<Integer, byte[]> extensions) throws IOException {
        TlsSRTPUtils.addUseSRTPExtension(extensions, new UseSRTPData(profiles.stream().mapToInt(SrtpProfile::id).toArray(), NO_MKI));
    }

    /** Server: chooses the first of our profiles that the client offers. */
    void choose(@Nullable Hashtable<Integer, byte[]> clientExtensions) throws IOException {
        UseSRTPData offered = clientExtensions == null ? null : TlsSRTPUtils.getUseSRTPExtension(clientExtensions);
        if (offered != null) {
            for (SrtpProfile profile : profiles) {
                for (int id : offered.getProtectionProfiles()) {
                    if (id == profile.id()) {
                        chosen = profile;
                        return;
                    }
                }
            }
        }
        throw refuse(DtlsReason.NO_SRTP_PROFILE, AlertDescription.handshake_failure);
    }

    /** Server: answers with the chosen profile. */
    void answerProfile(Hashtable<Integer, byte[]> extensions) throws IOException {
        SrtpProfile profile = chosen;
        if (profile != null) {
            TlsSRTPUtils.addUseSRTPExtension(extensions, new UseSRTPData(new int[]{profile.id()}, NO_MKI));
        }
    }

    /** Client: takes the server's choice. */
    void accept(@Nullable Hashtable<Integer, byte[]> serverExtensions) throws IOException {
        UseSRTPData answer = serverExtensions == null ? null : TlsSRTPUtils.getUseSRTPExtension(serverExtensions);
        int[] ids = answer == null ? new int[0] : answer.getProtectionProfiles();
        SrtpProfile profile = ids.length == 1 ? SrtpProfile.of(ids[0]) : null;
        if (profile == null || !profiles.contains(profile)) {
            throw refuse(DtlsReason.NO_SRTP_PROFILE, AlertDescription.illegal_parameter);
        }
        chosen = profile;
    }

    /** Takes the SRTP keys; the library gives them out only while it reports the end of the handshake. */
    void export(TlsContext context, boolean client) {
        SrtpProfile profile = chosen;
        if (profile == null) {
            throw new IllegalStateException("no profile");
        }
        int length = 2 * (profile.keyLength() + profile.saltLength());
        keys = SrtpKeys.cut(profile, context.exportKeyingMaterial(ExporterLabel.dtls_srtp, null, length), client);
    }

    /** The library closes its transport without a word to the reader; this is how the reader learns it. */
    void alertReceived(short level, short description) {
        receivedAlert = level == AlertLevel.fatal ? description : receivedAlert;
        ended |= level == AlertLevel.fatal || description == AlertDescription.close_notify;
    }

    void alertRaised(short level, short description) {
        sentAlert = level == AlertLevel.fatal ? description : sentAlert;
    }

    boolean endedByPeer() {
        return ended;
    }

    SrtpKeys keys() {
        return Objects.requireNonNull(keys);
    }
}
