package dev.isthmus.turn.natlab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.session.IcePolicy;
import dev.isthmus.ice.support.Peers;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Our agent against libnice and aioice behind NATs, in both roles: what we send comes back. */
class NatLabPeersIT {
    private static NatLab lab;

    @BeforeAll
    static void build() throws Exception {
        Peers.pythonModule("aioice", "python3-aiortc");
        Peers.pythonModule("gi", "python3-gi gir1.2-nice-0.1 gir1.2-gstreamer-1.0 gstreamer1.0-nice");
        lab = new NatLab();
    }

    @AfterAll
    static void remove() throws Exception {
        if (lab != null) {
            lab.close();
        }
    }

    static Stream<Arguments> pairings() {
        List<Arguments> all = new ArrayList<>();
        for (String script : List.of("aioice_agent.py", "libnice_agent.py")) {
            boolean controlling = true;
            for (Site ours : List.of(Site.OPEN, Site.FULL_CONE, Site.PORT_RESTRICTED, Site.SYMMETRIC, Site.UDP_BLOCKED)) {
                for (Site theirs : List.of(Site.OPEN, Site.PORT_RESTRICTED, Site.SYMMETRIC)) {
                    boolean chosen = ours == theirs || ours == Site.UDP_BLOCKED && theirs == Site.OPEN
                            || ours == Site.SYMMETRIC && theirs == Site.PORT_RESTRICTED
                            || ours == Site.FULL_CONE && theirs == Site.SYMMETRIC;
                    if (chosen || Peers.full()) {
                        all.add(Arguments.arguments(script, ours, theirs, controlling));
                    }
                    if (Peers.full() || ours == Site.OPEN && theirs == Site.OPEN) {
                        all.add(Arguments.arguments(script, ours, theirs, !controlling));
                    }
                    controlling = !controlling;
                }
            }
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("pairings")
    void connects(String script, Site ours, Site theirs, boolean controlling) throws Exception {
        try (PeerAgent peer = new PeerAgent(script, lab.place(theirs, 2), !controlling);
                LabAgent agent = new LabAgent(lab.place(ours, 1), controlling, IcePolicy.ALL)) {
            agent.connect(peer);
            agent.connected();
            peer.connected();
            agent.echo("there and back");
            boolean relay = !Site.direct(ours, theirs);
            if (controlling) {
                assertThat(agent.endsAtRelay(relay)).isEqualTo(relay);
            } else if (relay) {
                assertThat(agent.seesRelay()).isTrue(); // the others do not always nominate the direct way
            }
        }
    }
}
