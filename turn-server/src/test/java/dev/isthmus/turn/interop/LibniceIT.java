package dev.isthmus.turn.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.support.Command;
import dev.isthmus.ice.support.Peers;
import dev.isthmus.ice.support.Ports;
import dev.isthmus.turn.server.TurnReason;
import dev.isthmus.turn.support.Metrics;
import dev.isthmus.turn.support.TurnProcess;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * libnice's TURN client against ours: two agents that may use relayed candidates only carry a tone each way between GStreamer pipelines, over
 * UDP and TCP. What libnice calls TURN over TLS is the imitation of TLS that an old messenger used, not TLS.
 */
class LibniceIT {
    @ParameterizedTest
    @ValueSource(strings = {"udp", "tcp"})
    void relayOnly(String transport) throws Exception {
        Peers.pythonModule("gi.repository.Nice", "python3-gi gir1.2-nice-0.1 gir1.2-gstreamer-1.0 gstreamer1.0-nice");
        int metrics = Ports.free(1);
        try (TurnProcess server = TurnProcess.startOn("{transport=" + transport + ",address=\"127.0.0.1\",port=0}",
                "isthmus.turn.loops=2", "isthmus.turn.auth.users={alice=secret}", "isthmus.turn.peers.allow=[\"127.0.0.0/8\"]",
                "isthmus.turn.http.port=" + metrics)) {
            Command agents = Command.run(60, "/usr/bin/python3", "src/test/peers/libnice_agents.py", transport,
                    Integer.toString(server.port()));
            assertThat(agents.output().lines()).containsExactlyInAnyOrder("heard 1000", "heard 1500");
            assertThat(new Metrics(metrics).of(TurnReason.RELAYED_TO_PEER)).isPositive();
        }
    }
}
