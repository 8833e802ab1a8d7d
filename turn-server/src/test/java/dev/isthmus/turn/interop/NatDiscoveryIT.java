package dev.isthmus.turn.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.support.Command;
import dev.isthmus.ice.support.Peers;
import dev.isthmus.ice.support.Ports;
import dev.isthmus.turn.support.TurnProcess;
import org.junit.jupiter.api.Test;

/** coturn's own tool for NAT behaviour discovery (RFC 5780) finds that there is no NAT on loopback. */
class NatDiscoveryIT {
    @Test
    void mappingAndFilteringAreFound() throws Exception {
        Peers.command("turnutils_natdiscovery", "coturn");
        int port = Ports.free(2);
        try (TurnProcess server = TurnProcess.startOn("{transport=udp,address=\"127.0.0.1\",port=0}", "isthmus.turn.loops=2",
                "isthmus.turn.nat-discovery.primary=\"127.0.0.1:" + port + "\"",
                "isthmus.turn.nat-discovery.alternate=\"127.0.0.2:" + (port + 1) + "\"")) {
            Command tool = Command.run(60, "turnutils_natdiscovery", "-m", "-f", "-p", Integer.toString(port), "127.0.0.1");
            assertThat(tool.output()).contains("NAT with Endpoint Independent Mapping!")
                    .contains("NAT with Endpoint Independent Filtering!");
            assertThat(server.command().isAlive()).isTrue();
        }
    }
}
