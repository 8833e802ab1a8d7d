package dev.isthmus.ice.session.net;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** Which TURN servers are believed over TLS and DTLS: their certificate must come from an authority, and name the host of the URL. */
public final class ServerTrust {
    private final X509TrustManager manager;
    private final SslContext context;

    private ServerTrust(@Nullable KeyStore authorities) throws GeneralSecurityException, SSLException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(authorities);
        manager = managerOf(factory);
        context = SslContextBuilder.forClient().sslProvider(SslProvider.JDK).trustManager(manager)
                .applicationProtocolConfig(new ApplicationProtocolConfig(Protocol.ALPN, SelectorFailureBehavior.NO_ADVERTISE,
                        SelectedListenerFailureBehavior.ACCEPT, "stun.turn"))
                .endpointIdentificationAlgorithm("HTTPS").build();
    }

    private static X509TrustManager managerOf(TrustManagerFactory factory) throws GeneralSecurityException {
        for (TrustManager each : factory.getTrustManagers()) {
            if (each instanceof X509TrustManager found) {
                return found;
            }
        }
        throw new GeneralSecurityException("no trust manager for X.509");
    }

    /** Returns the authorities that come with Java. */
    public static ServerTrust system() throws GeneralSecurityException, SSLException {
        return new ServerTrust(null);
    }

    /** Returns these authorities, and no other ones. */
    public static ServerTrust only(List<X509Certificate> authorities) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        for (int i = 0; i < authorities.size(); i++) {
            store.setCertificateEntry("authority" + i, authorities.get(i));
        }
        return new ServerTrust(store);
    }

    SslContext tls() {
        return context;
    }

    X509TrustManager manager() {
        return manager;
    }
}
