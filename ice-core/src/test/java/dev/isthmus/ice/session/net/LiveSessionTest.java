package dev.isthmus.ice.session.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.dtls.bc.HandshakeWorkers;
import dev.isthmus.ice.ice.CandidateTransport;
import dev.isthmus.ice.ice.IceReason;
import dev.isthmus.ice.ice.IceState;
import dev.isthmus.ice.net.Loop;
import dev.isthmus.ice.net.LoopGroup;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.ops.SecureRandomSource;
import dev.isthmus.ice.session.IcePolicy;
import dev.isthmus.ice.session.SessionReason;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What only sockets can show: two components, candidates of TCP, errors of the kernel. */
class LiveSessionTest {
    private static final int PACKETS = 6_400;
    private static final int BATCH = 64;
    private final LoopGroup group = new LoopGroup("test", 2);
    private final SessionLoop ours;
    private final SessionLoop theirs;

    LiveSessionTest() throws Exception {
        ours = sessions(group.loop(0));
        theirs = sessions(group.loop(1));
    }

    private static SessionLoop sessions(Loop loop) throws Exception {
        SessionLoop.Parts parts = new SessionLoop.Parts(new SecureRandomSource(), new HandshakeWorkers(1, 1, 1), ServerTrust.system());
        return loop.submit(() -> new SessionLoop(loop, parts)).join();
    }

    @AfterEach
    void close() {
        on(0, ours::close);
        on(1, theirs::close);
        group.close();
    }

    private void on(int loop, Runnable task) {
        group.loop(loop).submit(() -> {
            task.run();
            return true;
        }).join();
    }

    private static SessionLoop.Options options(boolean controlling) {
        return SessionLoop.Options.of(controlling, IcePolicy.ALL, List.of());
    }

    private LivePeer peer(boolean first, SessionLoop.Options options) {
        return new LivePeer(group.loop(first ? 0 : 1), first ? ours : theirs, options);
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private void share(boolean tcp) {
        share(0, ours, tcp);
    }

    private void share(int loop, SessionLoop sessions, boolean tcp) {
        on(loop, () -> {
            try {
                sessions.share(LivePeer.HOST, 1);
                sessions.share(LivePeer.HOST, 2);
                if (tcp) {
                    sessions.shareTcp(LivePeer.HOST, 1);
                    sessions.shareTcp(LivePeer.HOST, 2);
                }
            } catch (dev.isthmus.ice.net.PortException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static void connect(LivePeer a, LivePeer b) throws Exception {
        a.tell(b, c -> true);
        b.tell(a, c -> true);
        a.becomes(IceState.CONNECTED);
        b.becomes(IceState.CONNECTED);
    }

    /** RTCP that is not multiplexed has a pair of its own, on the loop's second port or on one of the session's. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void twoComponents(boolean shared) throws Exception {
        if (shared) {
            share(false);
        }
        LivePeer a = peer(true, options(true).withComponents(2));
        LivePeer b = peer(false, options(false).withComponents(2));
        connect(a, b);
        assertThat(a.candidates()).extracting(c -> c.component()).containsExactlyInAnyOrder(1, 2);
        assertThat(a.selected(1).local().address()).isNotEqualTo(a.selected(2).local().address());
        assertThat(a.selected(1).local().priority()).isEqualTo(a.selected(2).local().priority() + 1);
        assertThat(a.send(1, text("rtp"), b)).asString().isEqualTo("rtp");
        assertThat(b.send(2, text("rtcp"), a)).asString().isEqualTo("rtcp");
        b.run(LiveSession::endSecondComponent);
        assertThat(b.send(2, text("more"), a)).isEmpty();
        assertThat(b.send(1, text("still here"), a)).asString().isEqualTo("still here");
    }

    /** A stream is connected when both components are; a peer that has only one of them leaves it waiting. */
    @Test
    void oneComponentIsNotAStream() throws Exception {
        LivePeer a = peer(true, options(true).withComponents(2));
        LivePeer b = peer(false, options(false));
        a.tell(b, c -> true);
        b.tell(a, c -> true);
        b.becomes(IceState.CONNECTED);
        assertThat(b.send(1, text("rtp"), a)).asString().isEqualTo("rtp");
        assertThat(a.on(LiveSession::state)).isEqualTo(IceState.CHECKING);
        a.run(LiveSession::endSecondComponent);
        a.becomes(IceState.CONNECTED);
    }

    /** The second component ends while its checks are under way: nothing waits for them, nor is more said than is so. */
    @Test
    void theSecondComponentEndsEarly() throws Exception {
        LivePeer a = peer(true, options(true).withComponents(2));
        LivePeer b = peer(false, options(false).withComponents(2));
        b.gather();
        a.gather();
        a.run(s -> b.candidates().stream().filter(c -> c.component() == 2).forEach(c -> s.addRemoteCandidate(c, "")));
        a.run(LiveSession::endSecondComponent);
        b.run(LiveSession::endSecondComponent);
        a.tell(b, c -> c.component() == 1);
        b.tell(a, c -> c.component() == 1);
        a.becomes(IceState.CONNECTED);
        assertThat(a.send(1, text("rtp"), b)).asString().isEqualTo("rtp");
        assertThat(a.on(LivePeer::foundations)).allMatch(foundation -> foundation.matches("\\d"));
    }

    /** Three candidates of each component, and then that these are all. */
    @Test
    void theEndIsToldOnceAndLast() throws Exception {
        LivePeer a = peer(true, options(true).withTcp().withComponents(2));
        a.gather();
        assertThat(a.order()).endsWith("done").containsOnlyOnce("done").hasSize(7);
    }

    /** RFC 6544: whoever has the active candidate connects; frames keep their borders. */
    @ParameterizedTest
    @ValueSource(strings = {"own", "shared", "two components"})
    void candidatesOfTcp(String how) throws Exception {
        if (!how.equals("own")) {
            share(true);
        }
        int components = how.equals("two components") ? 2 : 1;
        LivePeer a = peer(true, options(true).withTcp().withComponents(components));
        LivePeer b = peer(false, options(false).withTcp().withComponents(components));
        a.tell(b, c -> c.transport().equals("tcp"));
        b.tell(a, c -> c.transport().equals("tcp"));
        a.becomes(IceState.CONNECTED);
        b.becomes(IceState.CONNECTED);
        byte[] large = new byte[20_000];
        Arrays.fill(large, (byte) 7);
        for (int component = 1; component <= components; component++) {
            assertThat(a.selected(component).local().transport()).isIn(CandidateTransport.TCP_ACTIVE, CandidateTransport.TCP_PASSIVE);
            assertThat(a.send(component, large, b)).isEqualTo(large);
            assertThat(b.send(component, text("back"), a)).asString().isEqualTo("back");
        }
    }

    /** UDP is preferred where both work. */
    @Test
    void tcpIsTheSecondChoice() throws Exception {
        LivePeer a = peer(true, options(true).withTcp());
        LivePeer b = peer(false, options(false).withTcp());
        a.tell(b, c -> true);
        b.tell(a, c -> true);
        a.becomes(IceState.CONNECTED);
        assertThat(a.selected(1).local().transport()).isEqualTo(CandidateTransport.UDP);
    }

    /** The end of a connection is heard at once: nobody waits for consent to expire. */
    @Test
    void aConnectionThatEnds() throws Exception {
        LivePeer a = peer(true, options(true).withTcp());
        LivePeer b = peer(false, options(false).withTcp());
        a.tell(b, c -> c.transport().equals("tcp") && c.extensions().containsValue("active"));
        b.tell(a, c -> c.transport().equals("tcp") && c.extensions().containsValue("passive"));
        a.becomes(IceState.CONNECTED);
        b.becomes(IceState.CONNECTED);
        b.run(LiveSession::close);
        a.becomes(IceState.CHECKING); // another connection is tried, and refused
        assertThat(a.send(1, text("nobody"), b)).isEmpty();
        assertThat(tally(IceReason.CONSENT_LOST)).isPositive();
    }

    /** The kernel says by ICMP that nobody is there. */
    @Test
    void nobodyIsThere() throws Exception {
        LivePeer a = peer(true, options(true));
        LivePeer gone = peer(false, options(false));
        gone.tell(a, c -> true);
        gone.run(LiveSession::close);
        a.gather();
        a.becomes(IceState.CHECKING);
        a.run(s -> assertThat(s.session().agent().pairs()).hasSize(1));
        for (int i = 0; tally(IceReason.UNREACHABLE) == 0; i++) {
            assertThat(i).isLessThan(100_000);
        }
    }

    /** What was gathered ahead is told when it is wanted, in the role that is wanted; what does not fit is given up. */
    @Test
    void gatheredAhead() throws Exception {
        List<TransportAddress> hosts = List.of(LivePeer.HOST);
        CandidatePool pool = new CandidatePool(ours);
        on(0, () -> pool.fill(options(false), hosts, 2));
        assertThat(group.loop(0).submit(ours::size).join()).isEqualTo(2);
        LivePeer a = new LivePeer(group.loop(0), ours, pool, options(true));
        assertThat(group.loop(0).submit(ours::size).join()).isEqualTo(2);
        assertThat(a.candidates()).isEmpty();
        LivePeer b = peer(false, options(false));
        a.tell(b, c -> true);
        assertThat(a.candidates()).hasSize(1);
        b.tell(a, c -> true);
        a.becomes(IceState.CONNECTED);
        a.run(s -> assertThat(s.session().agent().isControlling()).isTrue());
        assertThat(tally(IceReason.ROLE_SWITCHED)).isZero();
        assertThat(a.send(1, text("data"), b)).asString().isEqualTo("data");
        on(0, () -> pool.fill(options(true).withComponents(2), hosts, 1));
        assertThat(group.loop(0).submit(ours::size).join()).isEqualTo(2);
        LivePeer other = new LivePeer(group.loop(0), ours, pool, options(true));
        assertThat(group.loop(0).submit(ours::size).join()).isEqualTo(3);
        other.run(s -> assertThat(s.session().hosts()).isEmpty());
        on(0, pool::close);
        assertThat(group.loop(0).submit(ours::size).join()).as("what was not used is given back").isEqualTo(2);
    }

    /** A peer that starts anew at its address without a word has its flow back as soon as the silence of its old session is noticed. */
    @Test
    void aFlowWhoseHolderIsGone() throws Exception {
        share(0, ours, false);
        share(1, theirs, false);
        LivePeer before = peer(true, options(true));
        LivePeer gone = peer(false, options(false));
        connect(before, gone);
        gone.run(LiveSession::close);
        LivePeer a = peer(true, options(true));
        LivePeer b = peer(false, options(false));
        a.tell(b, c -> true);
        b.tell(a, c -> true);
        while (tally(SessionReason.FLOW_TAKEN_OVER) == 0) {
            a.becomes(IceState.CONNECTED); // each time until then it is told that the way is in use
        }
        assertThat(tally(IceReason.ADDRESS_IN_USE)).isPositive();
        assertThat(a.send(1, text("at last"), b)).asString().isEqualTo("at last");
        assertThat(b.send(1, text("and back"), a)).asString().isEqualTo("and back");
    }

    /** Packets of two calls by one port in turn: nothing is made for them, neither where they are sent nor where they come. */
    @Test
    void dataMakesNoObjects() throws Exception {
        share(false);
        LivePeer[] to = {peer(true, options(true)), peer(true, options(true))};
        LivePeer[] from = {peer(false, options(false)), peer(false, options(false))};
        for (int i = 0; i < 2; i++) {
            connect(to[i], from[i]);
            to[i].countOnly();
        }
        double sending = Double.MAX_VALUE;
        double receiving = Double.MAX_VALUE;
        for (int round = 0; round < 20; round++) { // the first ones load classes and are compiled
            long came = counted(to);
            long[] before = {group.loop(0).allocatedBytes(), group.loop(1).allocatedBytes()};
            for (int i = 0; i < PACKETS / BATCH; i++) {
                on(1, () -> {
                    for (int each = 0; each < BATCH; each++) {
                        from[each % 2].sendOne();
                    }
                });
            }
            double packets = counted(to) - came;
            if (packets < PACKETS / 2) {
                continue; // the kernel has dropped the rest
            }
            receiving = Math.min(receiving, (group.loop(0).allocatedBytes() - before[0]) / packets);
            sending = Math.min(sending, (group.loop(1).allocatedBytes() - before[1]) / packets);
        }
        assertThat(receiving).as("bytes for each packet").isLessThan(0.1);
        assertThat(sending).isLessThan(0.1);
    }

    private long counted(LivePeer[] peers) {
        return group.loop(0).submit(() -> peers[0].counted() + peers[1].counted()).join();
    }

    private long tally(IceReason reason) {
        return group.loop(0).submit(() -> ours.tallies().ice().get(reason)).join();
    }

    private long tally(SessionReason reason) {
        return group.loop(0).submit(() -> ours.tallies().session().get(reason)).join();
    }

    /** Whoever connects and does not name a session is let go. */
    @ParameterizedTest
    @ValueSource(strings = {"\0\1x", "\0\20GET / HTTP/1.1\r\n"})
    void strangersAreSentAway(String bytes) throws Exception {
        TransportAddress at = group.loop(0).submit(() -> ours.shareTcp(LivePeer.HOST, 1)).join();
        try (Socket socket = new Socket(InetAddress.getByName(at.host()), at.port()); InputStream in = socket.getInputStream()) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
            assertThat(in.read()).isEqualTo(-1);
        }
        assertThat(tally(SessionReason.UNKNOWN_SESSION)).isEqualTo(1);
    }

    @Test
    void tooManyStrangers() throws Exception {
        TransportAddress at = group.loop(0).submit(() -> ours.shareTcp(LivePeer.HOST, 1)).join();
        Socket[] sockets = new Socket[257];
        for (int i = 0; i < sockets.length; i++) {
            sockets[i] = new Socket(InetAddress.getByName(at.host()), at.port());
        }
        sockets[256].setSoTimeout(10_000);
        assertThat(sockets[256].getInputStream().read()).isEqualTo(-1);
        assertThat(tally(SessionReason.TOO_MANY_CONNECTIONS)).isEqualTo(1);
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
