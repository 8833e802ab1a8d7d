package dev.isthmus.ice.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.isthmus.ice.ice.IceAgent;
import dev.isthmus.ice.ice.IceCredentials;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.sdp.CandidateAttribute;
import dev.isthmus.ice.session.IcePolicy;
import dev.isthmus.ice.session.IceServer;
import dev.isthmus.ice.session.IceSession;
import dev.isthmus.ice.session.IceUrl;
import dev.isthmus.ice.sim.SeededRandom;
import dev.isthmus.ice.turn.client.TurnClient;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A session that everybody talks to: each step is a byte, a length and that many bytes, a datagram from a server, the peer or a stranger, a
 * signalled candidate of this generation or another one, credentials, or time. It never throws, and what it keeps has limits.
 */
class SessionFuzz {
    private static final TransportAddress BASE = TransportAddress.ipv4(0x0A000001, 1000);
    private static final TransportAddress SERVER = TransportAddress.ipv4(0xC0000201, 3478);
    private static final int MOST_STEPS = 100;

    static Stream<Arguments> seeds() {
        return Stream.of("\003\063candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host\005\001x\006\001x",
                "\004\070a candidate:1 1 tcp 1 192.0.2.1 9 typ host tcptype passive\005\001a\006\003abc\000\024\001\001\000\000abcdefghijklmnop",
                "\005\001x\003\053candidate:1 1 udp 1 x.local 9 typ host ufrag b\006\002zz\007\001y\001\004abcd")
                .map(text -> Arguments.arguments((Object) text.getBytes(StandardCharsets.ISO_8859_1)));
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "60s")
    void neverThrows(byte[] bytes) {
        SeededRandom random = new SeededRandom(1);
        List<IceServer> servers = List.of(IceServer.stun("stun:x", SERVER),
                new IceServer("turn:x", IceServer.Kind.TURN_UDP, SERVER, "u", "p"));
        IceAgent.Setup agent = new IceAgent.Setup(true, 1, 1, IceCredentials.random(random));
        IceSession session = new IceSession(new IceSession.Setup(agent, IcePolicy.ALL, servers, TurnClient.Family.BOTH, true), random,
                IceSession.Shared.create());
        session.gather(List.of(BASE), 0);
        session.addStreams(List.of(BASE), List.of(BASE.withPort(2000)), 0);
        ByteBuffer script = ByteBuffer.wrap(bytes);
        long now = 0;
        for (int i = 0; i < MOST_STEPS && script.remaining() >= 2; i++) {
            int kind = script.get();
            byte[] content = new byte[Math.min(script.get() & 0xff, script.remaining())];
            script.get(content);
            now += kind < 0 ? 7_000_000_000L : 1_000_000;
            step(session, kind & 7, content, now);
            session.onTimeout(now);
            int sent = 0;
            while (session.pollTransmit() != null) {
                sent++;
            }
            while (session.pollEvent() != null) {
                sent++;
            }
            assertThat(sent).isLessThan(400);
        }
        assertThat(session.agent().pairs()).hasSizeLessThanOrEqualTo(100);
        assertThat(session.agent().localCandidates()).hasSizeLessThanOrEqualTo(64);
    }

    private static void step(IceSession session, int kind, byte[] content, long now) {
        String text = new String(content, StandardCharsets.ISO_8859_1);
        TransportAddress stranger = TransportAddress.ipv4(0xC6336400 + content.length, 5000);
        switch (kind) {
            case 0 -> session.onPacket(ByteBuffer.wrap(content), 0, content.length, BASE, SERVER, now);
            case 1 -> session.onPacket(ByteBuffer.wrap(content), 0, content.length, BASE, stranger, now);
            case 2 -> session.onPacket(ByteBuffer.wrap(content), 0, content.length, BASE.withPort(2000).overTcp(), stranger.overTcp(), now);
            case 3, 4 -> {
                int space = kind == 3 ? 0 : Math.max(0, text.indexOf(' '));
                CandidateAttribute read = CandidateAttribute.parse(text.substring(space));
                if (read != null) {
                    session.addRemoteCandidate(read, text.substring(0, space), now);
                }
            }
            case 5 -> session.setRemoteCredentials(new IceCredentials(text + "abcd", "0123456789012345678901"), now);
            case 6 -> session.endOfRemoteCandidates(text, now);
            default -> url(text);
        }
    }

    private static void url(String text) {
        try {
            IceUrl read = IceUrl.parse(text);
            assertThat(read.port()).isBetween(1, 65_535);
            assertThat(read.host()).isNotEmpty();
        } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageContaining("no URL");
        }
    }
}
