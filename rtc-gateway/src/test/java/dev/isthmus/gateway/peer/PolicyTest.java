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
                auth.users = {alice = secret}
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
    void anotherServerIsAskedWithARestart() throws Exception {
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
            pair.a.restartIce();
            Pair.negotiate(pair.a, pair.b);
            assertThat(Pair.get(relayed)).isEqualTo(url(server));
            pair.a.setConfiguration(pair.a.getConfiguration().withIceServers(List.of()));
            pair.a.restartIce();
            CompletableFuture<Boolean> gathered = new CompletableFuture<>();
            pair.a.setOnIcegatheringstatechange(e -> {
                if (pair.a.getIceGatheringState() == RTCIceGatheringState.COMPLETE) {
                    gathered.complete(true);
                }
            });
            Pair.negotiate(pair.a, pair.b);
            Pair.get(gathered);
            assertThat(Pair.local(pair.a).sdp()).contains(" typ host").doesNotContain(" typ relay");
        }
    }

    @Test
    void onlyPublicAddressesAreToldWhereOnlyThoseMayBe() throws Exception {
        RTCConfiguration only = RTCConfiguration.DEFAULT.withIceTransportPolicy(RTCIceTransportPolicy.PUBLIC);
        try (RTCPeerConnection pc = new RTCPeerConnection(only, Pair.NETWORK)) {
            List<String> told = candidates(pc);
            CompletableFuture<Boolean> gathered = new CompletableFuture<>();
            pc.setOnIcegatheringstatechange(e -> {
                if (pc.getIceGatheringState() == RTCIceGatheringState.COMPLETE) {
                    gathered.complete(true);
                }
            });
            pc.addTransceiver("audio");
            Pair.get(pc.setLocalDescription());
            Pair.get(gathered);
            assertThat(told).as("loopback leads nowhere").isEmpty();
            assertThat(pc.getConfiguration().iceTransportPolicy()).isEqualTo(RTCIceTransportPolicy.PUBLIC);
        }
    }
}
