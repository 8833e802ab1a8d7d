package dev.isthmus.gateway.identity;

import java.util.concurrent.CompletionStage;

/**
 * Asserts identities, and validates what it has asserted (webrtc-identity, section 5.1.5). It is called on a thread of its own and may take its time, up to
 * the limit of {@link IdentityProviders}. What it completes with in failure is told to the application: an {@link IdentityException} as what it says, anything else as
 * {@code idp-execution-failure}.
 */
public interface RTCIdentityProvider {
    /**
     * Asserts who this side is.
     *
     * @param contents what the assertion is to cover; validation gives back the very same text
     * @param origin of the program that asks
     */
    CompletionStage<RTCIdentityAssertionResult> generateAssertion(String contents, String origin, RTCIdentityProviderOptions options);

    /**
     * Finds out who the peer is.
     *
     * @param assertion as its provider has made it
     * @param origin of the program that asks
     */
    CompletionStage<RTCIdentityValidationResult> validateAssertion(String assertion, String origin);
}
