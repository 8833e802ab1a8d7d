package dev.isthmus.gateway.peer;

import java.util.Objects;
import dev.isthmus.gateway.identity.IdentityAttribute;
import dev.isthmus.gateway.identity.IdentityContents;
import dev.isthmus.gateway.identity.IdentityName;
import dev.isthmus.gateway.identity.RTCIdentityAssertion;
import dev.isthmus.gateway.identity.RTCIdentityAssertionResult;
import dev.isthmus.gateway.identity.RTCIdentityProviderDetails;
import dev.isthmus.gateway.identity.RTCIdentityValidationResult;
import dev.isthmus.gateway.sdp.SdpAttribute;
import dev.isthmus.gateway.sdp.SdpProblem;
import dev.isthmus.gateway.sdp.SessionDescription;
import dev.isthmus.ice.dtls.Fingerprint;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Finds out who the peer is, and whether it is who it is to be (webrtc-identity, sections 5.3 and 5.9). */
final class IdentityValidator {
    private final PeerState state;
    private final EventTarget connection;
    private final IdentityCalls calls;
    private Promise<RTCIdentityAssertion> peerIdentity;
    /** Who the peer must be: it was configured, or has been proved. */
    private @Nullable String target;
    private @Nullable String proved;
    /** The certificates that the last assertion covers. */
    private List<Fingerprint> covered = List.of();
    private CompletableFuture<?> last = CompletableFuture.completedFuture(null);

    IdentityValidator(PeerState state, EventTarget connection, IdentityCalls calls) {
        this.state = state;
        this.connection = connection;
        this.calls = calls;
        this.peerIdentity = new Promise<>(state.queue);
    }

    /** The configuration names the peer; with the lock held. */
    void target(@Nullable String configured) {
        target = configured;
    }

    /** Returns who the peer must be, or null; with the lock held. */
    @Nullable
    String target() {
        return target;
    }

    /**
     * Returns whether a transport leads to that one: the peer has proved to be so, with the certificate that the transport has seen (RFC 8827, section
     * 7.4.2). With the lock held.
     */
    boolean leadsTo(String name, @Nullable Transport transport) {
        String peer = proved;
        if (peer == null || transport == null || transport.dtls.state != RTCDtlsTransportState.CONNECTED
                || transport.dtls.remoteCertificates.isEmpty()) {
            return false;
        }
        byte[] shown = transport.dtls.remoteCertificates.get(0);
        return IdentityName.same(name, peer) && covered.stream().anyMatch(f -> f.matches(shown));
    }

    Promise<RTCIdentityAssertion> peerIdentity() {
        synchronized (state.lock) {
            return peerIdentity;
        }
    }

    /** Returns whether a description of the peer is to be validated before it may have any effect; with the lock held. */
    boolean mustKnow() {
        return target != null;
    }

    /** Validates what a description asserts, after those before it; a description that asserts nothing is fine unless the peer must be somebody. */
    CompletableFuture<Void> validate(String sdp) {
        Promise<Void> done = new Promise<>(state.queue);
        synchronized (state.lock) {
            last.whenComplete((before, failure) -> state.queue.post(() -> begin(sdp, done)));
            last = done;
        }
        return done;
    }

    private void begin(String sdp, Promise<Void> done) {
        SessionDescription description;
        try {
            description = SessionDescription.parse(sdp);
        } catch (SdpProblem e) {
            done.complete(null); // applying it will say so
            return;
        }
        String line = description.value("identity");
        boolean needed;
        synchronized (state.lock) {
            if (state.closed) {
                return;
            }
            needed = mustKnow();
        }
        if (line == null && !needed) {
            done.complete(null);
            return;
        }
        RTCIdentityAssertionResult assertion = line == null ? null : IdentityAttribute.read(line);
        if (assertion == null) {
            fail(done, new RTCIdentityProviderDetails("", ""), line == null
                    ? WebRtcException.operation("the peer does not say who it is")
                    : RTCError.identity(RTCErrorDetailType.IDP_TOKEN_INVALID, null, "a=identity is malformed"));
            return;
        }
        calls.ask(assertion.idp(), (provider, origin) -> provider.validateAssertion(assertion.assertion(), origin),
                (result, failure) -> end(done, description, assertion.idp(), result, failure));
    }

    private void end(Promise<Void> done, SessionDescription description, RTCIdentityProviderDetails idp,
            @Nullable RTCIdentityValidationResult result, @Nullable WebRtcException failure) {
        WebRtcException wrong = result == null ? failure : check(description, idp, result);
        if (result == null || wrong != null) {
            fail(done, idp, wrong == null ? WebRtcException.operation("nothing was validated") : wrong);
            return;
        }
        RTCIdentityAssertion assertion = new RTCIdentityAssertion(idp.domain(), result.identity());
        Promise<RTCIdentityAssertion> told;
        synchronized (state.lock) {
            if (state.closed) {
                return;
            }
            told = peerIdentity;
            target = target == null ? result.identity() : target;
            proved = result.identity();
            covered = List.copyOf(Objects.requireNonNull(IdentityContents.read(result.contents())));
            state.transceivers.forEach(t -> t.sender.isolate());
        }
        if (!told.isDone()) {
            connection.dispatchEvent(new Event("peeridentity"));
            told.complete(assertion);
        }
        done.complete(null);
    }

    private @Nullable WebRtcException check(SessionDescription description, RTCIdentityProviderDetails idp,
            RTCIdentityValidationResult result) {
        List<Fingerprint> named = IdentityContents.read(result.contents());
        List<Fingerprint> used = fingerprints(description);
        if (named == null) {
            return RTCError.identity(RTCErrorDetailType.IDP_TOKEN_INVALID, null, "the assertion covers no fingerprints");
        }
        if (used == null || used.isEmpty() || !named.containsAll(used)) {
            return RTCError.identity(RTCErrorDetailType.IDP_TOKEN_INVALID, null, "the assertion is about other certificates");
        }
        if (!state.host.identityProviders().isAuthority(idp.domain(), result.identity())) {
            return RTCError.identity(RTCErrorDetailType.IDP_TOKEN_INVALID, null,
                    idp.domain() + " has no authority to say who " + result.identity() + " is");
        }
        synchronized (state.lock) {
            String wanted = target;
            if (wanted == null && !covers(named)) {
                return RTCError.identity(RTCErrorDetailType.IDP_TOKEN_INVALID, null,
                        "other descriptions of the peer have other certificates");
            }
            return wanted == null || IdentityName.same(wanted, result.identity())
                    ? null
                    : WebRtcException.operation("the peer is " + result.identity() + " and not " + wanted);
        }
    }

    /** Returns whether all descriptions that had effect before it was known who the peer is are about these certificates. */
    private boolean covers(List<Fingerprint> certificates) {
        for (AppliedDescription each : new @Nullable AppliedDescription[]{state.currentRemote, state.pendingRemote}) {
            boolean other = each != null && each.sections.stream().anyMatch(s -> !certificates.containsAll(s.transport().fingerprints()));
            if (other) {
                return false;
            }
        }
        return true;
    }

    /** Returns all hashes of a description, or null when one is none that is known here. */
    private static @Nullable List<Fingerprint> fingerprints(SessionDescription description) {
        List<SdpAttribute> lines = new ArrayList<>(description.all("fingerprint"));
        description.media().forEach(m -> lines.addAll(m.all("fingerprint")));
        List<Fingerprint> read = new ArrayList<>();
        for (SdpAttribute each : lines) {
            Fingerprint fingerprint = Fingerprint.parse(each.value());
            if (fingerprint == null) {
                return null;
            }
            read.add(fingerprint);
        }
        return read;
    }

    /** The promise is another one from then on, unless the peer must be somebody: a later description may do better. */
    private void fail(Promise<Void> done, RTCIdentityProviderDetails idp, WebRtcException why) {
        Promise<RTCIdentityAssertion> told;
        synchronized (state.lock) {
            if (state.closed) {
                return;
            }
            told = peerIdentity;
            if (target == null) {
                peerIdentity = new Promise<>(state.queue);
            }
        }
        connection.dispatchEvent(new RTCIdentityErrorEvent("idpvalidationerror", idp.domain(), idp.protocol(), calls.loginUrl(), why));
        told.completeExceptionally(why);
        done.completeExceptionally(why);
    }

    /** Validates what cannot hold up anything; what becomes of it is told by {@code peerIdentity} alone. */
    void validateBeside(String sdp, Consumer<Throwable> log) {
        validate(sdp).whenComplete((done, failure) -> {
            if (failure != null) {
                log.accept(failure);
            }
        });
    }
}
