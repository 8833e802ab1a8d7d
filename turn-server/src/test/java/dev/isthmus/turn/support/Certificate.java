package dev.isthmus.turn.support;

import dev.isthmus.ice.support.Command;
import java.nio.file.Path;

/** A certificate of the test's own, with its key, as PEM files. */
public record Certificate(Path certificate, Path key) {
    /** Makes one that signs itself. */
    public static Certificate make(Path folder) throws Exception {
        Certificate made = new Certificate(folder.resolve("cert.pem"), folder.resolve("key.pem"));
        Command.run(30, "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", made.key.toString(), "-out",
                made.certificate.toString());
        return made;
    }

    /** Returns the keys of a listener's configuration. */
    public String settings() {
        return "certificate=\"" + certificate + "\",key=\"" + key + "\"";
    }
}
