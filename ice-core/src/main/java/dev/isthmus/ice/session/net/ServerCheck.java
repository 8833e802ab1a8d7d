package dev.isthmus.ice.session.net;

import dev.isthmus.ice.dtls.ServerIdentity;
import dev.isthmus.ice.net.TransportAddress;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import javax.net.ssl.X509TrustManager;

/** Checks a DTLS server as TLS does: its certificate comes from an authority and names the host (RFC 9525). */
final class ServerCheck implements ServerIdentity {
    private static final int DNS = 2;
    private static final int ADDRESS = 7;
    private final X509TrustManager manager;
    private final String host;

    ServerCheck(X509TrustManager manager, String host) {
        this.manager = manager;
        this.host = host;
    }

    @Override
    public String name() {
        return TransportAddress.parse(host, 0) == null ? host : "";
    }

    @Override
    public void check(List<X509Certificate> chain) throws CertificateException {
        manager.checkServerTrusted(chain.toArray(new X509Certificate[0]), "ECDHE_ECDSA");
        if (!names(chain.get(0))) {
            throw new CertificateException("the certificate does not name " + host);
        }
    }

    private boolean names(X509Certificate certificate) throws CertificateParsingException {
        Collection<List<?>> names = certificate.getSubjectAlternativeNames();
        TransportAddress address = TransportAddress.parse(host, 0);
        for (List<?> name : names == null ? List.<List<?>>of() : names) {
            int type = (Integer) name.get(0);
            String value = String.valueOf(name.get(1));
            if (type == ADDRESS && address != null && Objects.equals(address, TransportAddress.parse(value, 0))
                    || type == DNS && address == null && matches(value.toLowerCase(Locale.ROOT), host.toLowerCase(Locale.ROOT))) {
                return true;
            }
        }
        return false;
    }

    /** A star stands for the whole first label and nothing else. */
    private static boolean matches(String pattern, String name) {
        int dot = name.indexOf('.');
        return pattern.equals(name) || pattern.startsWith("*.") && dot > 0 && pattern.substring(1).equals(name.substring(dot));
    }
}
