package dev.isthmus.turn.ops;

import dev.isthmus.ice.dtls.bc.PemIdentity;
import dev.isthmus.ice.ops.ConfigProblem;
import dev.isthmus.ice.ops.Section;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** The certificate of a listener. */
final class TlsSettings {
    /** RFC 7443: clients may say what they want to speak; those that do not are served too. */
    private static final ApplicationProtocolConfig PROTOCOLS = new ApplicationProtocolConfig(ApplicationProtocolConfig.Protocol.ALPN,
            ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
            ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT, "stun.turn", "stun.nat-discovery");

    private TlsSettings() {}

    /** Returns what TLS connections are made with. */
    static SslContext context(Section listener, PemIdentity identity) {
        try {
            return SslContextBuilder.forServer(identity.key(), identity.chain()).sslProvider(SslProvider.JDK)
                    .protocols("TLSv1.3", "TLSv1.2").applicationProtocolConfig(PROTOCOLS).build();
        } catch (SSLException e) {
            throw unusable(listener, e);
        }
    }

    private static ConfigProblem unusable(Section listener, Exception e) {
        return listener.problem("certificate", "cannot be used with its key: " + e.getMessage());
    }

    /** Reads {@code certificate} and {@code key}, two PEM files; returns null when neither is given. */
    static @Nullable PemIdentity identity(Section listener) {
        String certificate = listener.text("certificate", "");
        String key = listener.text("key", "");
        if (certificate.isEmpty() && key.isEmpty()) {
            return null;
        }
        if (certificate.isEmpty() || key.isEmpty()) {
            throw listener.problem(certificate.isEmpty() ? "certificate" : "key", "is missing; a certificate and its key go together");
        }
        try {
            return PemIdentity.parse(text(listener, "certificate", certificate), text(listener, "key", key));
        } catch (GeneralSecurityException e) {
            throw unusable(listener, e);
        }
    }

    private static String text(Section listener, String key, String file) {
        try {
            return Files.readString(Path.of(file), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw listener.problem(key, "cannot read the file " + file);
        }
    }
}
