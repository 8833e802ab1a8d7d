package dev.isthmus.turn.natlab;

import dev.isthmus.ice.session.IcePolicy;
import dev.isthmus.ice.session.IceServer;
import dev.isthmus.ice.session.net.SessionLoop;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * How long two agents take from the moment at which each knows the other's candidates until the controlling one has nominated: ours, libnice
 * and aioice in turn, at the same places of the lab. Takes the number of rounds.
 */
public final class ConnectBench {
    private static final List<String> SCRIPTS = List.of("libnice_agent.py", "aioice_agent.py");

    /** Rounds of ours that load and compile classes. */
    private static final int WARM_UP = 20;

    private ConnectBench() {}

    public static void main(String[] args) throws Exception {
        int rounds = args.length == 0 ? 10 : Integer.parseInt(args[0]);
        try (NatLab lab = new NatLab()) {
            for (Site[] sites : new Site[][]{{Site.OPEN, Site.OPEN}, {Site.PORT_RESTRICTED, Site.PORT_RESTRICTED},
                    {Site.SYMMETRIC, Site.PORT_RESTRICTED}}) {
                NatLab.Place one = lab.place(sites[0], 1);
                NatLab.Place two = lab.place(sites[1], 2);
                List<Long> ours = new ArrayList<>();
                List<List<Long>> theirs = List.of(new ArrayList<>(), new ArrayList<>());
                for (int i = 0; i < rounds + WARM_UP; i++) {
                    boolean first = i % 2 == 0; // a filter opens for whoever comes second
                    long own = own(one, two, first);
                    if (i >= WARM_UP) { // the first ones load classes
                        ours.add(own);
                        for (int s = 0; s < SCRIPTS.size(); s++) {
                            theirs.get(s).add(script(SCRIPTS.get(s), one, two, first));
                        }
                    }
                }
                System.out.printf("%s - %s: ours %s ms, libnice %s ms, aioice %s ms (median, least, most)%n", sites[0], sites[1],
                        text(ours),
                        text(theirs.get(0)), text(theirs.get(1)));
            }
        }
    }

    private static String text(List<Long> micros) {
        Collections.sort(micros);
        return "%.0f (%.0f-%.0f)".formatted(micros.get(micros.size() / 2) / 1e3, micros.getFirst() / 1e3, micros.getLast() / 1e3);
    }

    /** Both gather first, so that only the checks are timed, as in the scripts. */
    private static long own(NatLab.Place one, NatLab.Place two, boolean first) throws Exception {
        List<IceServer> servers = LabAgent.servers(one).subList(0, 2); // STUN, and TURN over UDP, as in the scripts
        try (LabAgent a = new LabAgent(one, LabAgent.sessions(one), SessionLoop.Options.of(true, IcePolicy.ALL, servers));
                LabAgent b = new LabAgent(two, LabAgent.sessions(two), SessionLoop.Options.of(false, IcePolicy.ALL, servers))) {
            Signalling.Description ofA = a.gathered();
            Signalling.Description ofB = b.gathered();
            long began = System.nanoTime();
            if (first) {
                a.take(ofB);
            }
            b.take(ofA);
            if (!first) {
                a.take(ofB);
            }
            a.connected();
            return (System.nanoTime() - began) / 1000;
        }
    }

    private static long script(String script, NatLab.Place one, NatLab.Place two, boolean first) throws Exception {
        try (PeerAgent a = new PeerAgent(script, one, true); PeerAgent b = new PeerAgent(script, two, false)) {
            Signalling.Description ofA = a.description();
            Signalling.Description ofB = b.description();
            if (first) {
                a.tell(ofB);
            }
            b.tell(ofA);
            if (!first) {
                a.tell(ofB);
            }
            return a.connected();
        }
    }
}
