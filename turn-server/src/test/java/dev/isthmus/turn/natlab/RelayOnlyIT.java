package dev.isthmus.turn.natlab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.ice.Candidate;
import dev.isthmus.ice.ice.CandidateType;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.session.IcePolicy;
import dev.isthmus.ice.session.IceServer;
import dev.isthmus.ice.session.IceUrl;
import dev.isthmus.ice.session.SessionEvent;
import dev.isthmus.ice.session.net.ServerTrust;
import dev.isthmus.ice.session.net.SessionLoop;
import dev.isthmus.ice.support.Command;
import dev.isthmus.ice.support.Peers;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Relay-only sessions over every transport to the server; a capture shows that nothing goes another way. */
class RelayOnlyIT {
    /** To or from it: datagrams, connections, and what the kernel says to it when an answer comes for a socket that is closed by then. */
    private static final String BY_THE_SERVER = ".* IP (203\\.0\\.113\\.10\\.\\d+ > .*|\\S+ > 203\\.0\\.113\\.10[.:].*)";
    private static NatLab lab;

    @BeforeAll
    static void build() throws Exception {
        Peers.command("tcpdump", "tcpdump");
        lab = new NatLab();
    }

    @AfterAll
    static void remove() throws Exception {
        if (lab != null) {
            lab.close();
        }
    }

    private static LabAgent agent(NatLab.Place place, boolean controlling, String url, ServerTrust trust) {
        IceUrl parsed = IceUrl.parse(url);
        IceServer server = new IceServer(url, parsed.kind(), Objects.requireNonNull(parsed.address()), "alice", "secret");
        return new LabAgent(place, LabAgent.sessions(place, trust), SessionLoop.Options.of(controlling, IcePolicy.RELAY, List.of(server)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"turn:203.0.113.10", "turn:203.0.113.10?transport=tcp", "turns:203.0.113.10",
            "turns:203.0.113.10?transport=udp"})
    void nothingGoesAnotherWay(String url) throws Exception {
        NatLab.Place here = lab.place(Site.OPEN, 1);
        NatLab.Place there = lab.place(Site.OPEN, 2);
        ServerTrust trust = ServerTrust.only(List.of(lab.certificate()));
        try (Command capture = Command.start("ip", "netns", "exec", here.namespace().name(), "tcpdump", "-i", "ext", "-n", "-l",
                "--immediate-mode",
                "udp or tcp or icmp")) {
            capture.line(10, line -> line.contains("listening on"));
            LabAgent one = agent(here, true, url, trust);
            LabAgent two = agent(there, false, url, trust);
            try (one; two) {
                LabAgent.connect(one, two);
                assertThat(LabAgent.settled(one, two).local().type()).isEqualTo(CandidateType.RELAYED);
                one.deliver(two, "one way");
                two.deliver(one, "the other way");
                assertThat(one.candidates()).isNotEmpty().allSatisfy(RelayOnlyIT::revealsNothing);
            }
            List<String> packets = capture.output().lines().filter(line -> line.contains(" IP")).toList();
            assertThat(packets).hasSizeGreaterThan(10).allSatisfy(line -> assertThat(line).matches(BY_THE_SERVER));
        }
    }

    private static void revealsNothing(Candidate candidate) {
        assertThat(candidate.type()).isEqualTo(CandidateType.RELAYED);
        TransportAddress related = Objects.requireNonNull(candidate.related());
        assertThat(related.isWildcard()).isTrue();
        assertThat(related.port()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"turns:203.0.113.10", "turns:203.0.113.10?transport=udp"})
    void aServerThatNobodyVouchesForIsNotUsed(String url) throws Exception {
        try (LabAgent one = agent(lab.place(Site.OPEN, 1), true, url, ServerTrust.system())) {
            one.expect("nobody", "nnnnnnnnnnnnnnnnnnnnnnnnnnnn");
            SessionEvent.GatheringError error = one.error();
            assertThat(error.url()).isEqualTo(url);
            assertThat(error.code()).isEqualTo(701);
            assertThat(one.candidates()).isEmpty();
        }
    }

    /** The certificate is trusted and names another host. */
    @ParameterizedTest
    @ValueSource(strings = {"turns:elsewhere", "turns:elsewhere?transport=udp"})
    void aServerWithTheNameOfAnotherOneIsNotUsed(String url) throws Exception {
        TransportAddress address = Objects.requireNonNull(TransportAddress.parse(NatLab.SERVER, 5349));
        IceServer server = new IceServer(url, IceUrl.parse(url).kind(), address, "alice", "secret");
        NatLab.Place place = lab.place(Site.OPEN, 1);
        try (LabAgent one = new LabAgent(place, LabAgent.sessions(place, ServerTrust.only(List.of(lab.certificate()))),
                SessionLoop.Options.of(true, IcePolicy.RELAY, List.of(server)))) {
            one.expect("nobody", "nnnnnnnnnnnnnnnnnnnnnnnnnnnn");
            assertThat(one.error().code()).isEqualTo(701);
        }
    }

    @Test
    void aWrongPasswordIsAnErrorWithTheServersCode() throws Exception {
        NatLab.Place place = lab.place(Site.OPEN, 1);
        TransportAddress address = Objects.requireNonNull(TransportAddress.parse(NatLab.SERVER, NatLab.PORT));
        IceServer server = new IceServer("turn:203.0.113.10", IceServer.Kind.TURN_UDP, address, "alice", "wrong");
        try (LabAgent one = new LabAgent(place, LabAgent.sessions(place), SessionLoop.Options.of(true, IcePolicy.RELAY, List.of(server)))) {
            one.expect("nobody", "nnnnnnnnnnnnnnnnnnnnnnnnnnnn");
            assertThat(one.error().code()).isEqualTo(401);
        }
    }
}
