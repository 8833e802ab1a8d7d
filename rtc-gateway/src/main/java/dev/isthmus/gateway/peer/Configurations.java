package dev.isthmus.gateway.peer;

import dev.isthmus.ice.session.IceUrl;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Whether a configuration can be used (webrtc-pc, sections 4.4.1.1 and 4.4.1.5). */
final class Configurations {
    static final long CERTIFICATE_LIFETIME_MILLIS = TimeUnit.DAYS.toMillis(30);
    private static final long LONGEST_LIFETIME_MILLIS = TimeUnit.DAYS.toMillis(365);
    private static final int LARGEST_POOL = 255;
    private final PeerState state;

    Configurations(PeerState state) {
        this.state = state;
    }

    static CompletableFuture<RTCCertificate> generate(String algorithm, long expiresMillis, PeerHost host) {
        boolean rsa = algorithm.toUpperCase(Locale.ROOT).equals("RSASSA-PKCS1-V1_5");
        if (!rsa && !algorithm.toUpperCase(Locale.ROOT).equals("ECDSA")) {
            return CompletableFuture.failedFuture(WebRtcException.notSupported("no certificates of " + algorithm));
        }
        if (expiresMillis < 0) {
            return CompletableFuture.failedFuture(WebRtcException.type("a certificate ends after it begins"));
        }
        return host.generateCertificate(rsa, Math.min(expiresMillis, LONGEST_LIFETIME_MILLIS));
    }

    /** Takes the first configuration. */
    void begin(RTCConfiguration configuration) {
        long now = state.host.wallMillis();
        for (RTCCertificate each : configuration.certificates()) {
            if (each.getExpires() < now) {
                throw WebRtcException.invalidAccess("a certificate has expired");
            }
        }
        validate(configuration);
        state.certificates = configuration.certificates();
        state.configuration = configuration;
        if (configuration.iceCandidatePoolSize() > 0) {
            state.host.prepare(state.queue, configuration);
        }
    }

    /** Takes another one. */
    void change(RTCConfiguration configuration) {
        RTCConfiguration old = state.configuration;
        WebRtcException wrong = unchangeable(old, configuration);
        if (wrong != null) {
            throw wrong;
        }
        validate(configuration);
        state.configuration = configuration;
        if (!configuration.iceServers().equals(old.iceServers()) && !state.open.isEmpty()) {
            state.needsIceRestart = true;
            state.revision++;
        }
        state.host.prepare(state.queue, configuration);
    }

    private @Nullable WebRtcException unchangeable(RTCConfiguration old, RTCConfiguration wanted) {
        if (!wanted.certificates().equals(old.certificates())) {
            return WebRtcException.invalidModification("certificates cannot change");
        }
        if (wanted.bundlePolicy() != old.bundlePolicy()) {
            return WebRtcException.invalidModification("bundlePolicy cannot change");
        }
        if (wanted.peerIdentity() != null && !wanted.peerIdentity().equals(old.peerIdentity())) {
            return WebRtcException.invalidModification("peerIdentity cannot change");
        }
        if (wanted.rtcpMuxPolicy() != old.rtcpMuxPolicy()) {
            return WebRtcException.invalidModification("rtcpMuxPolicy cannot change");
        }
        if (state.localWasSet && wanted.iceCandidatePoolSize() != old.iceCandidatePoolSize()) {
            return WebRtcException.invalidModification("iceCandidatePoolSize cannot change after setLocalDescription");
        }
        return null;
    }

    private static void validate(RTCConfiguration configuration) {
        if (configuration.iceCandidatePoolSize() < 0 || configuration.iceCandidatePoolSize() > LARGEST_POOL) {
            throw WebRtcException.type("iceCandidatePoolSize is 0 to " + LARGEST_POOL);
        }
        for (RTCIceServer server : configuration.iceServers()) {
            if (server.urls().isEmpty()) {
                throw WebRtcException.syntax("a server without a URL");
            }
            server.urls().forEach(url -> validate(server, url));
        }
    }

    private static void validate(RTCIceServer server, String url) {
        int colon = url.indexOf(':');
        if (colon <= 0 || !url.substring(0, colon).matches("[A-Za-z][A-Za-z0-9+.-]*")) {
            throw WebRtcException.syntax("no URL: " + url);
        }
        String scheme = url.substring(0, colon).toLowerCase(Locale.ROOT);
        if (!scheme.matches("stuns?|turns?")) {
            throw WebRtcException.notSupported("no servers of " + scheme);
        }
        try {
            IceUrl.parse(scheme.equals("stuns") ? "stun" + url.substring(colon) : url);
        } catch (IllegalArgumentException e) {
            throw WebRtcException.syntax(e.getMessage() == null ? url : e.getMessage());
        }
        if (scheme.startsWith("turn") && (server.username() == null || server.credential() == null)) {
            throw WebRtcException.invalidAccess("a TURN server needs username and credential: " + url);
        }
    }
}
