package dev.isthmus.ice.dtls;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;

/** How a client finds out that a server is the one it wanted. */
public interface ServerIdentity {
    /** Takes any server, as a probe does. */
    ServerIdentity ANY = new ServerIdentity() {
        @Override
        public String name() {
            return "";
        }

        @Override
        public void check(List<X509Certificate> chain) {
            // whoever it is
        }
    };

    /** Returns the name that is asked for (SNI), or an empty text when there is none. */
    String name();

    /** Refuses a chain that is not the server's, the server's own certificate first; runs on the handshake's thread. */
    void check(List<X509Certificate> chain) throws CertificateException;
}
