package dev.isthmus.gateway.peer;

import dev.isthmus.gateway.identity.IdentityAttribute;
import dev.isthmus.gateway.identity.IdentityContents;
import dev.isthmus.gateway.identity.RTCIdentityProviderDetails;
import dev.isthmus.gateway.identity.RTCIdentityProviderOptions;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Has a provider say who this side is (webrtc-identity, section 5.2). */
final class IdentityAsserter {
    /** An assertion is used again for so long: providers may limit the age of theirs to a minute. */
    private static final long KEPT = TimeUnit.SECONDS.toNanos(20);
    private final PeerState state;
    private final EventTarget connection;
    private final IdentityCalls calls;
    private @Nullable RTCIdentityProviderDetails provider;
    private RTCIdentityProviderOptions options = RTCIdentityProviderOptions.DEFAULT;
    private @Nullable CompletableFuture<String> asked;
    private long askedAt;

    IdentityAsserter(PeerState state, EventTarget connection, IdentityCalls calls) {
        this.state = state;
        this.connection = connection;
        this.calls = calls;
    }

    /** Chooses a provider; with the lock held. */
    void provider(String domain, RTCIdentityProviderOptions how) {
        if (!IdentityAttribute.isProtocol(how.protocol())) {
            throw WebRtcException.syntax("a protocol has no slash: " + how.protocol());
        }
        RTCIdentityProviderDetails details = new RTCIdentityProviderDetails(domain, how.protocol());
        if (!details.equals(provider) || !how.equals(options)) {
            asked = null;
            state.identityLine = null;
            state.revision++;
        }
        provider = details;
        options = how;
    }

    /** Returns whether descriptions are to say who this side is; with the lock held. */
    boolean isWanted() {
        return provider != null;
    }

    /** Completes when descriptions can be made: with an assertion in {@link PeerState#identityLine}. */
    CompletableFuture<Void> ready() {
        return assertion().thenApply(line -> null);
    }

    /** Completes with an assertion, a fresh one unless it was asked for a moment ago; certificates are there. */
    CompletableFuture<String> assertion() {
        synchronized (state.lock) {
            CompletableFuture<String> present = asked;
            boolean fresh = present != null && !present.isCompletedExceptionally() && state.host.nanos() - askedAt < KEPT;
            if (present == null || !fresh) {
                present = ask();
                asked = present;
                askedAt = state.host.nanos();
            }
            return present;
        }
    }

    private CompletableFuture<String> ask() {
        Promise<String> done = new Promise<>(state.queue);
        RTCIdentityProviderDetails of = Objects.requireNonNullElse(provider, new RTCIdentityProviderDetails("", ""));
        String contents = IdentityContents.write(state.certificates.stream().map(RTCCertificate::fingerprint).toList());
        String peer = Objects.requireNonNullElse(options.peerIdentity(),
                Objects.requireNonNullElse(state.configuration.peerIdentity(), ""));
        RTCIdentityProviderOptions told = options.withPeerIdentity(peer.isEmpty() ? null : peer);
        calls.ask(of, (found, origin) -> found.generateAssertion(contents, origin, told), (result, failure) -> {
            String line = result == null ? "" : IdentityAttribute.write(result);
            WebRtcException wrong = failure;
            if (result != null && IdentityAttribute.read(line) == null) {
                wrong = RTCError.identity(RTCErrorDetailType.IDP_BAD_SCRIPT_FAILURE, null, "the provider names none that could validate");
            }
            settle(done, of, line, wrong);
        });
        return done;
    }

    @SuppressWarnings("deprecation")
    private void settle(Promise<String> done, RTCIdentityProviderDetails of, String line, @Nullable WebRtcException failure) {
        synchronized (state.lock) {
            if (state.closed) {
                return;
            }
            if (asked == done && failure == null) {
                state.identityLine = line;
                state.revision++;
            }
        }
        if (failure == null) {
            connection.dispatchEvent(new RTCIdentityEvent("identityresult", line));
            done.complete(line);
        } else {
            connection.dispatchEvent(new RTCIdentityErrorEvent("idpassertionerror", of.domain(), of.protocol(), calls.loginUrl(), failure));
            done.completeExceptionally(failure);
        }
    }
}
