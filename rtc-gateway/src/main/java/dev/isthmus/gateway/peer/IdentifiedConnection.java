package dev.isthmus.gateway.peer;

import dev.isthmus.gateway.identity.RTCIdentityAssertion;
import dev.isthmus.gateway.identity.RTCIdentityProviderOptions;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What a connection has to do with identities (W3C webrtc-identity, section 5.6). */
abstract class IdentifiedConnection extends ConnectionEvents {
    final PeerState state;
    final IdentityCalls identityCalls;
    final IdentityAsserter asserter;
    final IdentityValidator validator;

    IdentifiedConnection(PeerHost host) {
        this.state = new PeerState(host, this);
        this.identityCalls = new IdentityCalls(state);
        this.asserter = new IdentityAsserter(state, this, identityCalls);
        this.validator = new IdentityValidator(state, this, identityCalls);
    }

    /** Completes when there is a certificate. */
    abstract CompletableFuture<Void> certified();

    /** Finds out, soon, whether negotiation is needed (webrtc-pc, section 4.7.3); with the lock held. */
    abstract void updateNegotiationNeeded();

    /** Chooses who is to say who this side is, with the default options. */
    public void setIdentityProvider(String provider) {
        setIdentityProvider(provider, RTCIdentityProviderOptions.DEFAULT);
    }

    /**
     * Chooses who is to say who this side is; offers and answers say so from then on.
     *
     * @param provider its domain
     * @throws WebRtcException {@code InvalidStateError} when closed, {@code SyntaxError} for a protocol with a slash or a backslash
     */
    public void setIdentityProvider(String provider, RTCIdentityProviderOptions options) {
        synchronized (state.lock) {
            if (state.closed) {
                throw WebRtcException.invalidState("the connection is closed");
            }
            asserter.provider(provider, options);
        }
    }

    /**
     * Has our identity asserted, ahead of a description; completes with the value of {@code a=identity}. Completes with {@code InvalidStateError} when
     * closed, else with an {@link RTCError} that says what went wrong.
     */
    public CompletableFuture<String> getIdentityAssertion() {
        synchronized (state.lock) {
            return state.closed
                    ? Promise.rejected(state.queue, WebRtcException.invalidState("the connection is closed"))
                    : certified().thenCompose(there -> asserter.assertion());
        }
    }

    /**
     * Completes with who the peer is, when it has proved that. It fails when an assertion was refused, and then another one begins, unless the peer must be
     * somebody.
     */
    public CompletableFuture<RTCIdentityAssertion> getPeerIdentity() {
        return validator.peerIdentity();
    }

    /** Returns where the user can log in to a provider, or null. */
    public @Nullable String getIdpLoginUrl() {
        return identityCalls.loginUrl();
    }

    /** Returns what a provider had to say when something went wrong, or null. */
    public @Nullable String getIdpErrorInfo() {
        return identityCalls.errorInfo();
    }
}
