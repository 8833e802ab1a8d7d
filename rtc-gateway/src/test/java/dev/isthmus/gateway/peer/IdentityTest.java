package dev.isthmus.gateway.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.isthmus.gateway.identity.IdentityException;
import dev.isthmus.gateway.identity.IdentityProviders;
import dev.isthmus.gateway.identity.PassportKeys;
import dev.isthmus.gateway.identity.PassportProvider;
import dev.isthmus.gateway.identity.RTCIdentityAssertion;
import dev.isthmus.gateway.identity.RTCIdentityAssertionResult;
import dev.isthmus.gateway.identity.RTCIdentityProvider;
import dev.isthmus.gateway.identity.RTCIdentityProviderDetails;
import dev.isthmus.gateway.identity.RTCIdentityProviderOptions;
import dev.isthmus.gateway.identity.RTCIdentityValidationResult;
import dev.isthmus.gateway.peer.net.PeerNetwork;
import dev.isthmus.ice.net.TransportAddress;
import java.net.URI;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who says who somebody is, and what comes of it (webrtc-identity; RFC 8827, section 7). */
@SuppressWarnings("deprecation")
class IdentityTest {
    private static final RTCIdentityProviderOptions PASSPORT = RTCIdentityProviderOptions.DEFAULT.withProtocol(PassportProvider.PROTOCOL);
    private static final Pattern LINE = Pattern.compile("a=identity:(.*)\r\n");
    private final KeyPair keys = pair();
    private final AtomicInteger asked = new AtomicInteger();
    private final CountDownLatch over = new CountDownLatch(1);
    private long skewMillis;
    private @Nullable Pair pair;
    private @Nullable PeerNetwork network;

    @AfterEach
    void close() {
        over.countDown();
        if (pair != null) {
            pair.close();
        }
        if (network != null) {
            network.close();
        }
    }

    private static KeyPair pair() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (java.security.GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private PassportProvider passports(KeyPair signing) {
        return new PassportProvider("example.org", () -> System.currentTimeMillis() + skewMillis,
                PassportKeys.of("example.org", keys.getPublic()))
                .signing("alice@example.org", (ECPrivateKey) signing.getPrivate(), URI.create("https://cert.example.org/a"))
                .signing("bob@example.org", (ECPrivateKey) signing.getPrivate(), URI.create("https://cert.example.org/b"));
    }

    private Pair start(IdentityProviders providers, RTCConfiguration ofB) {
        PeerNetwork started = PeerNetwork.start(PeerNetwork.Options.usual().withLoops(1).withIdentities(providers)
                .withHosts(List.of(Objects.requireNonNull(TransportAddress.parse("127.0.0.1", 0)))));
        network = started;
        Pair made = new Pair(started, RTCConfiguration.DEFAULT, ofB);
        pair = made;
        made.a.addTransceiver("audio");
        return made;
    }

    private Pair start(RTCConfiguration ofB) {
        return start(IdentityProviders.NONE.with("example.org", PassportProvider.PROTOCOL, passports(keys)), ofB);
    }

    private static void is(RTCPeerConnection connection, String who) {
        connection.setIdentityProvider("example.org", PASSPORT.withUsernameHint(who));
    }

    private static String line(RTCSessionDescription description) {
        var found = LINE.matcher(description.sdp());
        assertThat(found.find()).as(description.sdp()).isTrue();
        return found.group(1);
    }

    private static RTCSessionDescription with(RTCSessionDescription description, @Nullable String identity) {
        return new RTCSessionDescription(description.type(),
                LINE.matcher(description.sdp()).replaceAll(identity == null ? "" : "a=identity:" + identity + "\r\n"));
    }

    private static RTCError error(CompletableFuture<?> of) {
        Throwable thrown = catchThrowable(() -> Pair.get(of));
        assertThat(thrown).isInstanceOf(ExecutionException.class).hasCauseInstanceOf(RTCError.class);
        return (RTCError) Objects.requireNonNull(thrown.getCause());
    }

    @Test
    void bothProveWhoTheyAre() throws Exception {
        Pair p = start(RTCConfiguration.DEFAULT);
        List<String> seen = new CopyOnWriteArrayList<>();
        p.a.setOnIdentityresult(e -> seen.add(e.getAssertion()));
        p.b.setOnPeeridentity(e -> seen.add("peer"));
        CompletableFuture<RTCIdentityAssertion> atB = p.b.getPeerIdentity();
        is(p.a, "alice@example.org");
        is(p.b, "bob@example.org");
        p.connect();
        assertThat(Pair.get(atB)).isEqualTo(new RTCIdentityAssertion("example.org", "alice@example.org"));
        assertThat(Pair.get(p.a.getPeerIdentity()).name()).isEqualTo("bob@example.org");
        assertThat(p.b.getPeerIdentity()).as("it stays the same").isSameAs(atB);
        assertThat(Pair.local(p.a).sdp().indexOf("a=identity:")).as("at the session's level").isBetween(1,
                Pair.local(p.a).sdp().indexOf("m="));
        assertThat(seen).contains(line(Pair.local(p.a)), "peer");
    }

    @Test
    void anAssertionCanBeHadAheadAndIsUsedAgain() throws Exception {
        Pair p = start(RTCConfiguration.DEFAULT);
        is(p.a, "alice@example.org");
        String assertion = Pair.get(p.a.getIdentityAssertion());
        assertThat(line(Pair.get(p.a.createOffer()))).isEqualTo(assertion);
        is(p.a, "bob@example.org");
        assertThat(line(Pair.get(p.a.createOffer()))).as("of somebody else now").isNotEqualTo(assertion);
        assertThat(error(p.b.getIdentityAssertion()).getErrorDetail()).as("no provider was chosen")
                .isEqualTo(RTCErrorDetailType.IDP_LOAD_FAILURE);
        Fails.with("SyntaxError", () -> p.a.setIdentityProvider("example.org", PASSPORT.withProtocol("a/b")));
        Fails.with("SyntaxError", () -> p.a.setIdentityProvider("example.org", PASSPORT.withProtocol("a\\b")));
        p.a.close();
        Fails.with("InvalidStateError", () -> p.a.setIdentityProvider("example.org"));
        Fails.with("InvalidStateError", p.a.getIdentityAssertion());
    }

    @Test
    void aPeerThatMustBeSomebodyAndIsConnects() throws Exception {
        Pair p = start(RTCConfiguration.DEFAULT.withPeerIdentity("alice@example.org"));
        is(p.a, "alice@example.org");
        p.connect();
        assertThat(Pair.get(p.b.getPeerIdentity()).name()).isEqualTo("alice@example.org");
        assertThat(p.b.getConfiguration().peerIdentity()).isEqualTo("alice@example.org");
        p.b.setConfiguration(RTCConfiguration.DEFAULT);
        Fails.with("InvalidModificationError", () -> p.b.setConfiguration(RTCConfiguration.DEFAULT.withPeerIdentity("bob@example.org")));
    }

    @Test
    void aPeerThatMustBeSomebodyAndIsNotHasNoEffect() throws Exception {
        Pair p = start(RTCConfiguration.DEFAULT.withPeerIdentity("carol@example.org"));
        List<RTCIdentityErrorEvent> told = new CopyOnWriteArrayList<>();
        p.b.setOnIdpvalidationerror(told::add);
        CompletableFuture<RTCIdentityAssertion> atB = p.b.getPeerIdentity();
        is(p.a, "alice@example.org");
        Pair.get(p.a.setLocalDescription());
        RTCSessionDescription offer = Pair.local(p.a);
        Fails.with("OperationError", p.b.setRemoteDescription(offer));
        Fails.with("OperationError", p.b.setRemoteDescription(with(offer, null)));
        assertThat(p.b.getSignalingState()).isEqualTo(RTCSignalingState.STABLE);
        assertThat(p.b.getRemoteDescription()).isNull();
        assertThat(p.b.getTransceivers()).isEmpty();
        Fails.with("OperationError", atB);
        assertThat(p.b.getPeerIdentity()).as("the peer must be somebody: no other promise").isSameAs(atB);
        assertThat(told).hasSize(2).first().satisfies(e -> assertThat(e.getIdp()).isEqualTo("example.org"))
                .satisfies(e -> assertThat(e.getProtocol()).isEqualTo("passport"));
    }

    @Test
    void whoHasProvedToBeSomebodyMustStayThat() throws Exception {
        Pair p = start(RTCConfiguration.DEFAULT);
        is(p.a, "alice@example.org");
        p.connect();
        Pair.get(p.b.getPeerIdentity());
        p.a.addTransceiver("video");
        Pair.get(p.a.setLocalDescription());
        Fails.with("OperationError", p.b.setRemoteDescription(with(Pair.local(p.a), null)));
        Pair.get(p.b.setRemoteDescription(Pair.local(p.a)));
        Pair.get(p.b.setLocalDescription());
        Pair.get(p.a.setRemoteDescription(Pair.local(p.b)));
        is(p.a, "bob@example.org");
        p.a.restartIce();
        Pair.get(p.a.setLocalDescription());
        Fails.with("OperationError", p.b.setRemoteDescription(Pair.local(p.a)));
    }

    private RTCError refused(Pair p, RTCSessionDescription offer) throws Exception {
        CompletableFuture<RTCIdentityErrorEvent> told = new CompletableFuture<>();
        p.b.setOnIdpvalidationerror(told::complete);
        CompletableFuture<RTCIdentityAssertion> before = p.b.getPeerIdentity();
        Pair.get(p.b.setRemoteDescription(offer));
        RTCError error = error(before);
        assertThat(Pair.get(told).getError()).isSameAs(error);
        assertThat(p.b.getPeerIdentity()).as("a later description may do better").isNotSameAs(before).isNotDone();
        return error;
    }

    @Test
    void anAssertionAboutOtherCertificatesIsRefused() throws Exception {
        Pair p = start(RTCConfiguration.DEFAULT);
        is(p.a, "alice@example.org");
        RTCPeerConnection other = new RTCPeerConnection(RTCConfiguration.DEFAULT, Objects.requireNonNull(network));
        is(other, "alice@example.org");
        String stolen = Pair.get(other.getIdentityAssertion());
        other.close();
        assertThat(refused(p, with(Pair.get(p.a.createOffer()), stolen)).getErrorDetail()).isEqualTo(RTCErrorDetailType.IDP_TOKEN_INVALID);
        Pair.get(p.b.setRemoteDescription(Pair.get(p.a.createOffer())));
        assertThat(Pair.get(p.b.getPeerIdentity()).name()).as("the next one is right").isEqualTo("alice@example.org");
    }

    @Test
    void anAssertionOfAnotherKeyOrOfLongAgoOrMalformedIsRefused() throws Exception {
        Pair p = start(IdentityProviders.NONE.with("example.org", "passport", passports(pair())), RTCConfiguration.DEFAULT);
        is(p.a, "alice@example.org");
        assertThat(refused(p, Pair.get(p.a.createOffer())).getErrorDetail()).isEqualTo(RTCErrorDetailType.IDP_TOKEN_INVALID);
        assertThat(refused(p, with(Pair.get(p.a.createOffer()), "bm9uZQ==")).getErrorDetail())
                .isEqualTo(RTCErrorDetailType.IDP_TOKEN_INVALID);
        skewMillis = -120_000;
        is(p.a, "bob@example.org");
        RTCSessionDescription old = Pair.get(p.a.createOffer());
        skewMillis = 0;
        assertThat(refused(p, old).getErrorDetail()).isEqualTo(RTCErrorDetailType.IDP_TOKEN_EXPIRED);
    }

    /** Says of everybody that it is that one, and covers what it was told last. */
    private static final class Believer implements RTCIdentityProvider {
        private final String domain;
        private final String name;
        private volatile String contents = "";

        Believer(String domain, String name) {
            this.domain = domain;
            this.name = name;
        }

        @Override
        public CompletionStage<RTCIdentityAssertionResult> generateAssertion(String covered, String origin,
                RTCIdentityProviderOptions options) {
            contents = covered;
            return CompletableFuture.completedStage(
                    new RTCIdentityAssertionResult(new RTCIdentityProviderDetails(domain, "default"), origin + options.peerIdentity()));
        }

        @Override
        public CompletionStage<RTCIdentityValidationResult> validateAssertion(String assertion, String origin) {
            return CompletableFuture.completedStage(new RTCIdentityValidationResult(name, contents));
        }
    }

    @Test
    void aProviderSpeaksForItsDomainAloneUnlessItIsTrustedWithMore() throws Exception {
        IdentityProviders providers = IdentityProviders.NONE
                .with("idp.example", "default", new Believer("idp.example", "alice@example.org"))
                .withOrigin("https://app.example");
        Pair p = start(providers, RTCConfiguration.DEFAULT);
        p.a.setIdentityProvider("idp.example");
        assertThat(refused(p, Pair.get(p.a.createOffer()))).hasMessageContaining("authority");
        close();
        Pair trusting = start(providers.withThirdParty("idp.example", "example.org"), RTCConfiguration.DEFAULT);
        trusting.a.setIdentityProvider("IDP.example", RTCIdentityProviderOptions.DEFAULT.withPeerIdentity("bob@x"));
        trusting.connect();
        assertThat(Pair.get(trusting.b.getPeerIdentity())).isEqualTo(new RTCIdentityAssertion("idp.example", "alice@example.org"));
    }

    private static long sent(RTCPeerConnection pc) throws Exception {
        return Pair.get(pc.getStats()).of(dev.isthmus.gateway.peer.stats.RTCOutboundRtpStreamStats.class).stream()
                .mapToLong(s -> s.packetsSent()).sum();
    }

    /** The ways in which a provider may fail, each with what it does. */
    enum Failing {
        IDP_BAD_SCRIPT_FAILURE(() -> null),
        IDP_EXECUTION_FAILURE(() -> {
            throw new IllegalStateException("broken");
        }),
        IDP_LOAD_FAILURE(() -> CompletableFuture.failedStage(IdentityException.notLoaded(404, "not found"))),
        IDP_NEED_LOGIN(
                () -> CompletableFuture.failedStage(IdentityException.needLogin("https://idp.example/login").withErrorInfo("{}"))),
        IDP_TIMEOUT(
                CompletableFuture::new),
        IDP_TLS_FAILURE(
                () -> CompletableFuture.failedStage(new SSLHandshakeException("untrusted"))),
        IDP_TOKEN_EXPIRED(
                () -> CompletableFuture.failedStage(new IdentityException(
                        IdentityException.Failure.TOKEN_EXPIRED, "old"))),
        IDP_TOKEN_INVALID(
                () -> CompletableFuture.failedStage(new IdentityException(
                        IdentityException.Failure.TOKEN_INVALID, "bad")));

        final Supplier<@Nullable CompletionStage<?>> does;

        Failing(Supplier<@Nullable CompletionStage<?>> does) {
            this.does = does;
        }

        @SuppressWarnings({"unchecked", "NullAway"})
        <T> CompletionStage<T> act() {
            return (CompletionStage<T>) does.get();
        }
    }

    /** A provider that fails so, and the one of the peer that its offers come from. */
    private Pair failing(Failing how) {
        RTCIdentityProvider provider = new RTCIdentityProvider() {
            @Override
            public CompletionStage<RTCIdentityAssertionResult> generateAssertion(String contents, String origin,
                    RTCIdentityProviderOptions options) {
                asked.incrementAndGet();
                return how.act();
            }

            @Override
            public CompletionStage<RTCIdentityValidationResult> validateAssertion(String assertion, String origin) {
                return how.act();
            }
        };
        return start(IdentityProviders.NONE.with("idp.example", "default", provider).withTimeoutMillis(200)
                .with("sender.example", "default", new Believer("idp.example", "alice@idp.example")), RTCConfiguration.DEFAULT);
    }

    @ParameterizedTest
    @EnumSource
    void eachFailureHasItsName(Failing how) throws Exception {
        Pair p = failing(how);
        CompletableFuture<RTCIdentityErrorEvent> told = new CompletableFuture<>();
        p.a.setOnIdpassertionerror(told::complete);
        p.a.setIdentityProvider("idp.example");
        RTCError error = error(p.a.createOffer());
        assertThat(error.getErrorDetail()).isEqualTo(RTCErrorDetailType.valueOf(how.name()));
        assertThat(error.name()).isEqualTo("OperationError");
        assertThat(error.getErrorDetail().toString()).startsWith("idp-");
        assertThat(Pair.get(told).getError()).isSameAs(error);
        assertThat(error.getHttpRequestStatusCode()).isEqualTo(how == Failing.IDP_LOAD_FAILURE ? Integer.valueOf(404) : null);
        assertThat(p.a.getIdpLoginUrl()).isEqualTo(how == Failing.IDP_NEED_LOGIN ? "https://idp.example/login" : null);
        assertThat(p.a.getIdpErrorInfo()).isEqualTo(how == Failing.IDP_NEED_LOGIN ? "{}" : null);
        assertThat(p.a.getSignalingState()).isEqualTo(RTCSignalingState.STABLE);
        assertThat(error(p.a.getIdentityAssertion()).getErrorDetail()).isEqualTo(error.getErrorDetail());
        assertThat(asked).as("it is asked again").hasValue(2);
        p.a.setIdentityProvider("sender.example");
        assertThat(refused(p, Pair.get(p.a.createOffer())).getErrorDetail()).isEqualTo(error.getErrorDetail());
    }

    @Test
    void aProviderThatBlocksHoldsUpNothing() throws Exception {
        RTCIdentityProvider blocking = new RTCIdentityProvider() {
            @Override
            public CompletionStage<RTCIdentityAssertionResult> generateAssertion(String contents, String origin,
                    RTCIdentityProviderOptions options) {
                try {
                    over.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return new CompletableFuture<>();
            }

            @Override
            public CompletionStage<RTCIdentityValidationResult> validateAssertion(String assertion, String origin) {
                return new CompletableFuture<>();
            }
        };
        Pair p = start(IdentityProviders.NONE.with("idp.example", "default", blocking).withTimeoutMillis(300), RTCConfiguration.DEFAULT);
        p.a.setIdentityProvider("idp.example");
        CompletableFuture<RTCSessionDescription> offer = p.a.createOffer();
        CompletableFuture<Boolean> meanwhile = new CompletableFuture<>();
        p.b.setOnNegotiationneeded(e -> meanwhile.complete(offer.isDone()));
        p.b.addTransceiver("video");
        assertThat(Pair.get(meanwhile)).isFalse();
        assertThat(error(offer).getErrorDetail()).isEqualTo(RTCErrorDetailType.IDP_TIMEOUT);
    }

    @Test
    void aLoaderFindsWhatIsNotRegistered() throws Exception {
        IdentityProviders providers = IdentityProviders.NONE
                .withLoader(details -> details.domain().equals("late.example")
                        ? CompletableFuture.completedStage(new Believer("late.example", "alice@late.example"))
                        : CompletableFuture.failedStage(new SSLHandshakeException("untrusted")));
        Pair p = start(providers, RTCConfiguration.DEFAULT);
        p.a.setIdentityProvider("pinned.example");
        assertThat(error(p.a.createOffer()).getErrorDetail()).isEqualTo(RTCErrorDetailType.IDP_TLS_FAILURE);
        p.a.setIdentityProvider("late.example");
        p.connect();
        assertThat(Stream.of(Pair.local(p.a)).map(IdentityTest::line)).hasSize(1);
    }

    @Test
    void aTrackForOnePeerAloneWaitsUntilThePeerHasProvedToBeThatOne() throws Exception {
        Pair p = start(RTCConfiguration.DEFAULT);
        RtpTrackSource source = new RtpTrackSource("audio");
        List<String> told = new CopyOnWriteArrayList<>();
        source.track().setOnIsolationchange(e -> told.add("track " + source.track().isIsolated()));
        p.a.setOnIsolationchange(e -> told.add("connection"));
        p.a.addTrack(source.track());
        source.setPeerIdentity("bob@example.org");
        AtomicInteger heard = new AtomicInteger();
        p.b.setOnTrack(e -> e.getTrack().addSink(packet -> heard.incrementAndGet()));
        p.connect();
        for (int i = 0; i < 20; i++) {
            Pair.send(source, i, (byte) i);
        }
        assertThat(Pair.get(p.a.getStats()).of(dev.isthmus.gateway.peer.stats.RTCOutboundRtpStreamStats.class))
                .allSatisfy(s -> assertThat(s.packetsSent()).isZero());
        assertThat(heard).hasValue(0);
        assertThat(source.track().duplicate().isIsolated()).isTrue();
        is(p.b, "bob@example.org");
        Pair.negotiate(p.a, p.b);
        assertThat(Pair.get(p.a.getPeerIdentity()).name()).isEqualTo("bob@example.org");
        AtomicInteger sequence = new AtomicInteger(100);
        Awaitility.await().atMost(10, TimeUnit.SECONDS).pollInterval(10, TimeUnit.MILLISECONDS).until(() -> {
            Pair.send(source, sequence.incrementAndGet(), (byte) 1);
            return heard.get() > 0;
        });
        MediaStreamTrack copy = source.track().duplicate();
        source.setPeerIdentity("carol@example.org");
        assertThat(told).as("still isolated").hasSizeLessThanOrEqualTo(2);
        long sent = sent(p.a);
        for (int i = 0; i < 20; i++) {
            Pair.send(source, sequence.incrementAndGet(), (byte) 1);
        }
        assertThat(sent(p.a)).as("nothing goes to Bob any more").isEqualTo(sent);
        source.setPeerIdentity("bob@example.org");
        Awaitility.await().atMost(10, TimeUnit.SECONDS).pollInterval(10, TimeUnit.MILLISECONDS).until(() -> {
            Pair.send(source, sequence.incrementAndGet(), (byte) 1);
            return sent(p.a) > sent;
        });
        assertThat(copy.isIsolated()).isTrue();
        source.setPeerIdentity(null);
        assertThat(copy.isIsolated()).as("what was copied goes with it").isFalse();
        Awaitility.await().atMost(10, TimeUnit.SECONDS).until(() -> told.size() == 4);
        assertThat(told).containsExactlyInAnyOrder("track true", "connection", "track false", "connection");
    }

    /** Mallory is connected, and shows a description of Alice's: it is about another certificate than the one that is in use. */
    @Test
    void whoIsConnectedWithAnotherCertificateIsNotBelieved() throws Exception {
        Pair p = start(RTCConfiguration.DEFAULT);
        RtpTrackSource source = new RtpTrackSource("audio");
        source.setPeerIdentity("alice@example.org");
        p.b.addTrack(source.track());
        AtomicInteger heard = new AtomicInteger();
        p.a.setOnTrack(e -> e.getTrack().addSink(packet -> heard.incrementAndGet()));
        p.connect();
        RTCPeerConnection alice = new RTCPeerConnection(RTCConfiguration.DEFAULT, Objects.requireNonNull(network));
        alice.addTransceiver("audio");
        is(alice, "alice@example.org");
        String hers = Pair.get(alice.createOffer()).sdp();
        alice.close();
        p.a.restartIce();
        String replayed = Pair.get(p.a.createOffer()).sdp().replaceAll("a=fingerprint:.*", Objects.requireNonNull(
                hers.lines().filter(l -> l.startsWith("a=fingerprint:")).findFirst().orElse(null)))
                .replace("a=msid-semantic",
                        "a=identity:" + line(new RTCSessionDescription(RTCSdpType.OFFER, hers)) + "\r\na=msid-semantic");
        CompletableFuture<RTCIdentityAssertion> before = p.b.getPeerIdentity();
        Pair.get(p.b.setRemoteDescription(new RTCSessionDescription(RTCSdpType.OFFER, replayed)));
        assertThat(error(before)).hasMessageContaining("other certificates");
        for (int i = 0; i < 20; i++) {
            Pair.send(source, i, (byte) i);
        }
        assertThat(Pair.get(p.b.getStats()).of(dev.isthmus.gateway.peer.stats.RTCOutboundRtpStreamStats.class))
                .allSatisfy(s -> assertThat(s.packetsSent()).isZero());
        assertThat(heard).hasValue(0);
    }

    /** What covers an assertion is missing, or who it is. */
    @Test
    void aProviderThatLeavesMembersOutFails() throws Exception {
        RTCIdentityProvider empty = new RTCIdentityProvider() {
            @Override
            @SuppressWarnings("NullAway")
            public CompletionStage<RTCIdentityAssertionResult> generateAssertion(String contents, String origin,
                    RTCIdentityProviderOptions options) {
                return CompletableFuture.completedStage(new RTCIdentityAssertionResult(null, "x"));
            }

            @Override
            @SuppressWarnings("NullAway")
            public CompletionStage<RTCIdentityValidationResult> validateAssertion(String assertion, String origin) {
                return CompletableFuture.completedStage(new RTCIdentityValidationResult("a@idp.example", null));
            }
        };
        Pair p = start(IdentityProviders.NONE.with("idp.example", "default", empty).with("sender.example", "default",
                new Believer("idp.example", "alice@idp.example")), RTCConfiguration.DEFAULT);
        p.a.setIdentityProvider("idp.example");
        assertThat(error(p.a.createOffer()).getErrorDetail()).isEqualTo(RTCErrorDetailType.IDP_BAD_SCRIPT_FAILURE);
        p.a.setIdentityProvider("sender.example");
        assertThat(refused(p, Pair.get(p.a.createOffer())).getErrorDetail()).isEqualTo(RTCErrorDetailType.IDP_BAD_SCRIPT_FAILURE);
    }
}
