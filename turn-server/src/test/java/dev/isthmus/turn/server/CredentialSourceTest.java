package dev.isthmus.turn.server;

import static dev.isthmus.turn.server.TurnBench.address;
import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.stun.MessageIntegrity;
import dev.isthmus.ice.stun.PasswordAlgorithm;
import dev.isthmus.ice.stun.StunAttribute;
import dev.isthmus.ice.turn.TurnAttribute;
import dev.isthmus.turn.allocation.PortPool;
import dev.isthmus.turn.auth.AllocationLimits;
import dev.isthmus.turn.auth.CredentialPolicy;
import dev.isthmus.turn.auth.CredentialSource;
import dev.isthmus.turn.auth.LongTermUser;
import dev.isthmus.turn.auth.Lookups;
import dev.isthmus.turn.support.SlowSource;
import dev.isthmus.turn.support.TurnDialog;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Users who are kept where asking takes time. */
class CredentialSourceTest {
    private static final String REALM = "example.org";
    private final SlowSource source = new SlowSource();
    private final TurnBench bench = bench(Lookups.Limits.DEFAULT);
    private final TurnDialog carol = client("198.51.100.1:1", "carol", "pw");

    private TurnBench bench(Lookups.Limits limits) {
        return new TurnBench(TurnBench.users().with(source, limits), new PortPool(50_000, 50_999, 0, 1));
    }

    private TurnDialog client(String from, String user, String password) {
        return bench.dialog(address(from), user, password);
    }

    private void seconds(long count) {
        bench.pass(TimeUnit.SECONDS.toNanos(count));
    }

    @Test
    void theRepetitionFindsTheAnswer() throws Exception {
        assertThat(carol.allocate()).as("dropped").isEqualTo(-1);
        assertThat(bench.counters.get(TurnReason.LOOKUP_STARTED)).isEqualTo(1);
        assertThat(carol.allocate()).isEqualTo(-1);
        assertThat(bench.counters.get(TurnReason.LOOKUP_AWAITED)).isEqualTo(1);
        source.found(REALM, "pw");
        assertThat(carol.allocate()).isZero();
        assertThat(client("198.51.100.2:2", "carol", "wrong").allocate()).isEqualTo(401);
        assertThat(client("198.51.100.2:3", "carol", "pw").modern(PasswordAlgorithm.SHA_256, false).allocate()).isZero();
        assertThat(source.asked()).as("one question for all of them").isEqualTo(1);
        assertThat(bench.alice().allocate()).as("whom the process knows itself is not asked for").isZero();
        assertThat(source.asked()).isEqualTo(1);
    }

    @Test
    void whoIsNotThereIsRefused() throws Exception {
        carol.allocate();
        source.nobody();
        assertThat(carol.allocate()).isEqualTo(401);
        assertThat(bench.counters.get(TurnReason.UNKNOWN_USER)).isEqualTo(1);
        seconds(6);
        assertThat(carol.allocate()).as("asked again").isEqualTo(-1);
        source.found(REALM, "pw");
        assertThat(carol.allocate()).isZero();
    }

    /** Only a client that received the challenge at its address can make the server ask, and not as often as it likes. */
    @Test
    void strangersMakeNobodyAsk() throws Exception {
        byte[] forged = carol.request(TurnAttribute.METHOD_ALLOCATE,
                w -> w.text(StunAttribute.USERNAME, "mallory").text(StunAttribute.REALM, REALM).bytes(StunAttribute.NONCE, new byte[29])
                        .integrity(new MessageIntegrity(), new byte[16]));
        assertThat(carol.send(forged)).isEqualTo(438);
        assertThat(bench.counters.get(TurnReason.NONCE_BEFORE_LOOKUP)).isEqualTo(1);
        assertThat(source.asked()).isZero();
        for (int i = 0; i < 300; i++) {
            client("198.51.100.1:1", "guess" + i, "pw").allocate();
        }
        assertThat(source.asked()).as("the challenges alone take the source's allowance").isBetween(1, 16);
        assertThat(bench.counters.get(TurnReason.LOOKUPS_BUSY)).as("no source has more than its share of questions").isPositive();
        assertThat(carol.send(carol.request(TurnAttribute.METHOD_ALLOCATE, w -> w.text(StunAttribute.USERNAME, "x".repeat(509))
                .text(StunAttribute.REALM, REALM).bytes(StunAttribute.NONCE, new byte[29])
                .integrity(new MessageIntegrity(), new byte[16])))).as("no name is that long").isIn(401, -1);
        assertThat(source.asked()).isLessThanOrEqualTo(16);
    }

    @Test
    void questionsAreBoundedAndEndInTime() throws Exception {
        TurnBench narrow = bench(new Lookups.Limits(2, 9, 10, 60, 5, 5));
        for (int i = 0; i < 3; i++) {
            assertThat(narrow.dialog(address("198.51.100.1:" + (10 + i)), "user" + i, "pw").allocate()).isEqualTo(-1);
        }
        assertThat(source.asked()).isEqualTo(2);
        assertThat(narrow.counters.get(TurnReason.LOOKUPS_BUSY)).isEqualTo(1);
        narrow.pass(TimeUnit.SECONDS.toNanos(5));
        TurnDialog first = narrow.dialog(address("198.51.100.1:10"), "user0", "pw");
        assertThat(first.allocate()).isEqualTo(-1);
        assertThat(narrow.counters.get(TurnReason.LOOKUP_FAILED)).as("the store took too long").isEqualTo(1);
        assertThat(narrow.dialog(address("198.51.100.1:12"), "user2", "pw").allocate()).as("there is room again").isEqualTo(-1);
        assertThat(source.asked()).isEqualTo(3);
        narrow.pass(TimeUnit.SECONDS.toNanos(2));
        assertThat(first.allocate()).isEqualTo(-1);
        assertThat(source.asked()).as("asked again").isEqualTo(4);
    }

    @Test
    void aStoreThatFailsIsNotAskedAtOnceAgain() throws Exception {
        carol.allocate();
        source.fail();
        assertThat(carol.allocate()).isEqualTo(-1);
        assertThat(bench.counters.get(TurnReason.LOOKUP_FAILED)).isEqualTo(1);
        assertThat(source.asked()).isEqualTo(1);
    }

    /** Whoever has an allocation keeps it while the store does not answer, and loses it once the store says that the user is gone. */
    @Test
    void revocationInTheStoreEndsTheSession() throws Exception {
        carol.allocate();
        source.found(REALM, "pw");
        assertThat(carol.allocate()).isZero();
        seconds(61);
        assertThat(carol.refresh(600)).as("good while it is asked again").isZero();
        assertThat(source.asked()).isEqualTo(2);
        source.fail();
        assertThat(carol.refresh(600)).as("and when the store does not answer").isZero();
        seconds(10);
        assertThat(carol.refresh(600)).isZero();
        source.nobody();
        assertThat(carol.refresh(600)).isEqualTo(401);
        assertThat(bench.counters.get(TurnReason.REVOKED)).isEqualTo(1);
        assertThat(bench.openSockets()).isEmpty();
    }

    /** Whoever is found to be gone loses what it has when the store says so, however seldom it asks for more time. */
    @Test
    void revocationNeedsNoHaste() throws Exception {
        carol.allocate();
        source.found(REALM, "pw");
        assertThat(carol.allocate()).isZero();
        seconds(240);
        assertThat(carol.refresh(600)).isZero();
        source.nobody();
        assertThat(bench.counters.get(TurnReason.REVOKED)).isEqualTo(1);
        assertThat(bench.openSockets()).isEmpty();
        seconds(240);
        assertThat(carol.refresh(600)).as("nothing is left to prove it by").isEqualTo(-1);
        source.nobody();
        assertThat(carol.refresh(600)).isEqualTo(401);
    }

    /** What is carried out while its user is asked again waits for nothing: it is not to be handed over twice. */
    @Test
    void aProvenRequestWaitsForNothing() throws Exception {
        TurnDialog stream = bench.stream(address("198.51.100.1:1"), "carol");
        byte[] allocate = {6, 0, 0, 0};
        assertThat(stream.ask(TurnAttribute.METHOD_ALLOCATE, w -> w.bytes(TurnAttribute.REQUESTED_TRANSPORT, allocate))).isEqualTo(-1);
        source.found(REALM, "secret");
        assertThat(stream.ask(TurnAttribute.METHOD_ALLOCATE, w -> w.bytes(TurnAttribute.REQUESTED_TRANSPORT, allocate))).isZero();
        seconds(61);
        byte[] connect = stream.request(TurnAttribute.METHOD_CONNECT, w -> w.xorAddress(TurnAttribute.XOR_PEER_ADDRESS, TurnBench.PEER));
        TurnBench.Out out = bench.fromClient(dev.isthmus.ice.net.AddressKey.Transport.TCP, address("198.51.100.1:1"), connect);
        assertThat(out.kind()).as("its answer comes when the peer has answered").isEqualTo(Route.Kind.DROP);
        assertThat(bench.commands).anyMatch(TurnCommand.Connect.class::isInstance);
    }

    /** A store with a memory of its own answers within the question: nobody has to wait. */
    @Test
    void anAnswerAtOnceIsUsedAtOnce() throws Exception {
        TurnBench quick = new TurnBench(TurnBench.users().with(
                name -> CompletableFuture.completedFuture(name.equals("carol")
                        ? new CredentialSource.Found(LongTermUser.ofPassword(name, REALM, "pw"),
                                CredentialPolicy.USER, Long.MAX_VALUE)
                        : null),
                Lookups.Limits.DEFAULT), new PortPool(50_000, 50_999, 0, 1));
        assertThat(quick.dialog(TurnBench.ALICE, "carol", "pw").allocate()).isZero();
        assertThat(quick.dialog(address("198.51.100.9:1"), "dave", "pw").allocate()).isEqualTo(401);
    }

    /** Names are compared as opaque strings (RFC 8265); a store that finds somebody else has found nobody. */
    @Test
    void namesArePreparedAndExact() throws Exception {
        TurnDialog decomposed = client("198.51.100.1:1", "jose\u0301", "pw");
        decomposed.allocate();
        source.found(REALM, "pw");
        assertThat(source.lastAsked()).isEqualTo("jos\u00e9");
        TurnDialog other = client("198.51.100.2:1", "Carol", "pw");
        other.allocate();
        source.foundAs("carol", REALM, "pw");
        assertThat(other.allocate()).isEqualTo(401);
    }

    @Test
    void policyAndExpiryComeFromTheStore() throws Exception {
        carol.allocate();
        source.found(REALM, "pw", CredentialPolicy.user(1, AllocationLimits.DEFAULT), bench.wall + 30_000);
        assertThat(carol.allocate()).isZero();
        assertThat(carol.answer().unsignedInt(TurnAttribute.LIFETIME, 0)).isEqualTo(30);
        assertThat(client("198.51.100.1:2", "carol", "pw").allocate()).isEqualTo(486);
        seconds(31);
        assertThat(bench.openSockets()).isEmpty();
        assertThat(carol.allocate()).isEqualTo(401);
    }

    /** What is remembered is bounded; who was asked for longest ago is forgotten. */
    @Test
    void theMemoryIsBounded() {
        Lookups lookups = new Lookups(source, new Lookups.Limits(10, 9, 100, 60, 60, 5));
        for (int i = 0; i < 1000; i++) {
            assertThat(lookups.ask("user" + i, new Lookups.Asker("somewhere", false), bench.now).state()).isEqualTo(Lookups.State.RUNNING);
            source.nobody();
        }
        assertThat(lookups.find("user899", bench.now).state()).isEqualTo(Lookups.State.MISSING);
        assertThat(lookups.find("user900", bench.now).state()).isEqualTo(Lookups.State.UNKNOWN);
    }
}
