package dev.isthmus.turn.support;

import dev.isthmus.ice.support.Command;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;

/** A certificate of the test's own, with its key, as PEM files. */
public record Certificate(Path certificate, Path key) {
    /** Makes one that signs itself. */
    public static Certificate make(Path folder) throws Exception {
        return make(folder, "DNS:localhost,IP:127.0.0.1");
    }

    /** Makes one that signs itself, for these names. */
    public static Certificate make(Path folder, String names) throws Exception {
        Certificate made = new Certificate(folder.resolve("cert.pem"), folder.resolve("key.pem"));
        Command.run(30, "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj", "/CN=localhost", "-addext", "subjectAltName=" + names, "-keyout", made.key.toString(), "-out",
                made.certificate.toString());
        return made;
    }

    /** Makes one for localhost that an authority has signed, which is {@code ca.pem} in the folder. */
    public static Certificate signed(Path folder) throws Exception {
        Certificate made = new Certificate(folder.resolve("cert.pem"), folder.resolve("key.pem"));
        String authority = folder.resolve("ca.pem").toString();
        String authorityKey = folder.resolve("ca-key.pem").toString();
        String request = folder.resolve("request.pem").toString();
        String extensions = Files.writeString(folder.resolve("extensions"),
                "subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n").toString();
        Command.run(30, "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj",
                "/CN=test authority", "-keyout", authorityKey, "-out", authority);
        Command.run(30, "openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=localhost",
                "-keyout", made.key.toString(), "-out", request);
        Command.run(30, "openssl", "x509", "-req", "-in", request, "-CA", authority, "-CAkey", authorityKey, "-set_serial", "7", "-days",
                "2",
                "-extfile", extensions, "-out", made.certificate.toString());
        return made;
    }

    /** Returns the certificate itself. */
    public X509Certificate x509() throws Exception {
        try (InputStream pem = Files.newInputStream(certificate)) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(pem);
        }
    }

    /** Returns the keys of a listener's configuration. */
    public String settings() {
        return "certificate=\"" + certificate + "\",key=\"" + key + "\"";
    }
}
