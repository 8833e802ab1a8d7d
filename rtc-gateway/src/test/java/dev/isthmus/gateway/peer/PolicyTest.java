package dev.isthmus.gateway.peer;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import dev.isthmus.ice.net.LinkTable;
import dev.isthmus.ice.net.LoopGroup;
import dev.isthmus.ice.ops.SecureRandomSource;
import dev.isthmus.ice.ops.Section;
import dev.isthmus.turn.net.TurnService;
import dev.isthmus.turn.ops.TurnSettings;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Which candidates are told and used (webrtc-pc, section 4.2.3; RFC 8828). */
class PolicyTest {
    private static List<String> candidates(RTCPeerConnection pc) {
        List<String> all = new CopyOnWriteArrayList<>();
        pc.addEventListener("icecandidate", e -> {
            RTCIceCandidate found = ((RTCPeerConnectionIceEvent) e).getCandidate();
            if (found != null && !found.candidate().isEmpty()) {
                all.add(found.candidate());
            }
        });
        return all;
    }

    private static TurnService server(LoopGroup loops) throws Exception {
        Section settings = Section.root(ConfigFactory.parseString("""
                listeners = [{transport = udp, address = "127.0.0.1", port = 0}]
                auth.users = {alice = secret, bob = other}
                peers.allow = ["127.0.0.0/8"]
                relay.addresses = ["127.0.0.1"]
                """).root());
        return TurnService.start(loops.loops(), TurnSettings.read(settings).setup(List.of(), List.of()), new LinkTable(false),
                new SecureRandomSource(), System::currentTimeMillis);
    }

    private static String url(TurnService server) {
        return "turn:127.0.0.1:" + server.listeners().get(0).port();
    }

    @Test
    void relayOnlyConnectionsFindEachOtherAtTheServer() throws Exception {
        try (LoopGroup loops = new LoopGroup("turn", 1); TurnService server = server(loops)) {
            RTCConfiguration relay = RTCConfiguration.DEFAULT.withIceTransportPolicy(RTCIceTransportPolicy.RELAY)
                    .withIceServers(List.of(RTCIceServer.of(url(server), "alice", "secret")));
            try (Pair pair = new Pair(relay, relay)) {
                List<String> told = candidates(pair.a);
                RtpTrackSource source = new RtpTrackSource("audio");
                pair.a.addTrack(source.track());
                CompletableFuture<Boolean> heard = new CompletableFuture<>();
                pair.b.setOnTrack(e -> e.getTrack().addSink(p -> heard.complete(true)));
                pair.connect();
                for (int i = 0; i < 20; i++) {
                    Pair.send(source, i, (byte) 1);
                }
                assertThat(Pair.get(heard)).isTrue();
                assertThat(told).isNotEmpty().allMatch(c -> c.contains(" typ relay raddr 0.0.0.0 rport 0"));
                assertThat(Pair.local(pair.a).sdp()).doesNotContain(" typ host").doesNotContain(" typ srflx");
                RTCIceTransport.RTCIceCandidatePair selected = Objects.requireNonNull(Pair.ice(pair.a).getSelectedCandidatePair());
                assertThat(selected.local().getCandidateType()).isEqualTo("relay");
                assertThat(server.allocations()).isEqualTo(2);
            }
        }
    }

    @Test
    void anotherServerIsAskedWithTheNextOfferWhichRestartsIce() throws Exception {
        try (LoopGroup loops = new LoopGroup("turn", 1); TurnService server = server(loops); Pair pair = new Pair()) {
            CompletableFuture<String> relayed = new CompletableFuture<>();
            CompletableFuture<String> hosts = new CompletableFuture<>();
            pair.a.addEventListener("icecandidate", e -> {
                RTCPeerConnectionIceEvent event = (RTCPeerConnectionIceEvent) e;
                RTCIceCandidate found = event.getCandidate();
                if (found != null && found.candidate().contains(" typ relay ")) {
                    relayed.complete(event.getUrl());
                } else if (found != null && found.candidate().contains(" typ host ")) {
                    hosts.complete(event.getUrl());
                }
            });
            pair.a.addTransceiver("audio");
            pair.connect();
            assertThat(Pair.get(hosts)).isNull();
            pair.a.setConfiguration(pair.a.getConfiguration().withIceServers(List.of(RTCIceServer.of(url(server), "alice", "secret"))));
            Pair.negotiate(pair.a, pair.b);
            assertThat(Pair.get(relayed)).isEqualTo(url(server));
            String ufrag = ufrag(pair.a);
            Pair.negotiate(pair.a, pair.b);
            assertThat(ufrag(pair.a)).as("restarted once").isEqualTo(ufrag);
            pair.a.setConfiguration(pair.a.getConfiguration().withIceServers(List.of()));
            CompletableFuture<Boolean> gathered = gathered(pair.a);
            Pair.negotiate(pair.a, pair.b);
            Pair.get(gathered);
            assertThat(Pair.local(pair.a).sdp()).contains(" typ host").doesNotContain(" typ relay");
        }
    }

    private static String ufrag(RTCPeerConnection pc) {
        return Objects.requireNonNull(Pair.ice(pc).getLocalParameters()).usernameFragment();
    }

    /** Credentials that end after a while are replaced so; a server tells allocations apart by the socket alone. */
    @Test
    void theSameServerIsAskedWithOtherCredentials() throws Exception {
        try (LoopGroup loops = new LoopGroup("turn", 1); TurnService server = server(loops)) {
            RTCConfiguration alice = RTCConfiguration.DEFAULT.withIceTransportPolicy(RTCIceTransportPolicy.RELAY)
                    .withIceServers(List.of(RTCIceServer.of(url(server), "alice", "secret")));
            RTCConfiguration bob = alice.withIceServers(List.of(RTCIceServer.of(url(server), "bob", "other")));
            try (Pair pair = new Pair(alice, alice)) {
                List<String> errors = new CopyOnWriteArrayList<>();
                pair.a.setOnIcecandidateerror(e -> errors.add(e.getErrorText()));
                List<String> told = candidates(pair.a);
                pair.a.addTransceiver("audio");
                pair.connect();
                assertThat(relayed(told)).hasSize(1);
                for (RTCConfiguration next : List.of(bob, alice)) {
                    CompletableFuture<Boolean> selected = new CompletableFuture<>();
                    Pair.ice(pair.a).setOnSelectedcandidatepairchange(e -> selected.complete(true));
                    told.clear();
                    CompletableFuture<Boolean> complete = gathered(pair.a);
                    pair.a.setConfiguration(next);
                    Pair.negotiate(pair.a, pair.b);
                    Pair.get(selected);
                    Pair.get(complete);
                    assertThat(relayed(told)).as("of these credentials only").hasSize(1);
                }
                assertThat(server.allocations()).as("alice's is used again").isEqualTo(3);
                assertThat(errors).isEmpty();
            }
        }
    }

    private static List<String> relayed(List<String> told) {
        return told.stream().filter(c -> c.contains(" typ relay ")).toList();
    }

    private static CompletableFuture<Boolean> gathered(RTCPeerConnection pc) {
        CompletableFuture<Boolean> gathered = new CompletableFuture<>();
        pc.setOnIcegatheringstatechange(e -> {
            if (pc.getIceGatheringState() == RTCIceGatheringState.COMPLETE) {
                gathered.complete(true);
            }
        });
        return gathered;
    }

    @Test
    void whatWasGatheredAheadIsUsedOrGivenBack() throws Exception {
        try (LoopGroup loops = new LoopGroup("turn", 1); TurnService server = server(loops)) {
            RTCConfiguration ahead = RTCConfiguration.DEFAULT.withIceTransportPolicy(RTCIceTransportPolicy.RELAY)
                    .withIceServers(List.of(RTCIceServer.of(url(server), "alice", "secret"))).withIceCandidatePoolSize(3);
            try (RTCPeerConnection pc = new RTCPeerConnection(ahead, Pair.NETWORK)) {
                Awaitility.await().until(() -> server.allocations() == 3);
                pc.setConfiguration(ahead.withIceCandidatePoolSize(2));
                Awaitility.await().until(() -> server.allocations() == 2);
                CompletableFuture<Boolean> gathered = gathered(pc);
                pc.addTransceiver("audio");
                Pair.get(pc.setLocalDescription());
                Pair.get(gathered);
                assertThat(Pair.local(pc).sdp()).contains(" typ relay ");
                assertThat(server.allocations()).as("none was made for it").isEqualTo(2);
            }
            Awaitility.await().until(() -> server.allocations() == 0);
        }
    }

    @Test
    void onlyPublicAddressesAreToldWhereOnlyThoseMayBe() throws Exception {
        RTCConfiguration only = RTCConfiguration.DEFAULT.withIceTransportPolicy(RTCIceTransportPolicy.PUBLIC);
        try (RTCPeerConnection pc = new RTCPeerConnection(only, Pair.NETWORK)) {
            List<String> told = candidates(pc);
            CompletableFuture<Boolean> gathered = gathered(pc);
            pc.addTransceiver("audio");
            Pair.get(pc.setLocalDescription());
            Pair.get(gathered);
            assertThat(told).as("loopback leads nowhere").isEmpty();
            assertThat(pc.getConfiguration().iceTransportPolicy()).isEqualTo(RTCIceTransportPolicy.PUBLIC);
        }
    }
}
