package dev.isthmus.turn.natlab;

import dev.isthmus.ice.session.IcePolicy;
import dev.isthmus.ice.session.IceServer;
import dev.isthmus.ice.session.net.SessionLoop;
import dev.isthmus.ice.support.Command;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;

/**
 * How many round trips two agents take from the moment at which each knows the other's candidates until the controlling one has its first
 * valid pair, and until it has nominated: ours, libnice and aioice in turn, at the same places of the lab. What counts is what passes on the
 * wire: the answer to a check, and the answer to a nominating one. Takes the number of rounds.
 */
public final class ConnectBench {
    private static final List<String> SCRIPTS = List.of("libnice_agent.py", "libnice_agent.py regular", "aioice_agent.py");

    /** Rounds of ours that load and compile classes. */
    private static final int WARM_UP = 20;
    /** From each place to the middle, where the server is. */
    private static final double ONE_WAY_MILLIS = 12.5;
    private static final double ROUND_TRIP_MICROS = ONE_WAY_MILLIS * 4_000;

    /** One attempt, in microseconds. */
    private record Times(long valid, long nominated) {}

    private final NatLab.Place one;
    private final NatLab.Place two;
    private final Command wire;

    private ConnectBench(NatLab.Place one, NatLab.Place two, Command wire) {
        this.one = one;
        this.two = two;
        this.wire = wire;
    }

    public static void main(String[] args) throws Exception {
        int rounds = args.length == 0 ? 10 : Integer.parseInt(args[0]);
        for (Site[] sites : new Site[][]{{Site.OPEN, Site.OPEN}, {Site.PORT_RESTRICTED, Site.PORT_RESTRICTED},
                {Site.SYMMETRIC, Site.PORT_RESTRICTED}}) {
            try (NatLab lab = new NatLab()) {
                NatLab.Place one = lab.place(sites[0], 1);
                NatLab.Place two = lab.place(sites[1], 2);
                Command wire = lab.stretch(one, ONE_WAY_MILLIS);
                lab.stretch(two, ONE_WAY_MILLIS);
                System.out.println(sites[0] + " - " + sites[1] + ", round trips, median (least-most): first valid pair; nomination");
                new ConnectBench(one, two, wire).run(rounds);
            }
        }
    }

    private void run(int rounds) throws Exception {
        List<Times> ours = new ArrayList<>();
        List<List<Times>> theirs = SCRIPTS.stream().<List<Times>>map(each -> new ArrayList<>()).toList();
        for (int i = 0; i < rounds + WARM_UP; i++) {
            boolean first = i % 2 == 0; // a filter opens for whoever comes second
            Times own = own(first);
            if (i >= WARM_UP) {
                ours.add(own);
                for (int s = 0; s < SCRIPTS.size(); s++) {
                    theirs.get(s).add(script(SCRIPTS.get(s), first));
                }
            }
        }
        print("ours", ours);
        for (int s = 0; s < SCRIPTS.size(); s++) {
            print(SCRIPTS.get(s), theirs.get(s));
        }
    }

    private static void print(String who, List<Times> times) {
        System.out.println("  " + who + ": " + text(times, Times::valid) + "; " + text(times, Times::nominated));
    }

    private static String text(List<Times> times, ToLongFunction<Times> which) {
        List<Double> trips = new ArrayList<>(times.stream().map(each -> which.applyAsLong(each) / ROUND_TRIP_MICROS).toList());
        Collections.sort(trips);
        return "%.2f (%.2f-%.2f)".formatted(trips.get(trips.size() / 2), trips.getFirst(), trips.getLast());
    }

    /** What the wire has seen since then. */
    private Times seen(long began) throws InterruptedException {
        long valid = next("valid ", began);
        return new Times(valid - began, Math.max(valid, next("nominated ", began)) - began);
    }

    private long next(String what, long began) throws InterruptedException {
        while (true) {
            long at = Long.parseLong(wire.line(30, line -> line.startsWith(what)).substring(what.length()));
            if (at >= began) {
                return at;
            }
        }
    }

    /** Both gather first, so that only the checks are timed, as in the scripts. */
    private Times own(boolean first) throws Exception {
        List<IceServer> servers = LabAgent.servers(one).subList(0, 2); // STUN, and TURN over UDP, as in the scripts
        try (LabAgent a = new LabAgent(one, LabAgent.sessions(one), SessionLoop.Options.of(true, IcePolicy.ALL, servers));
                LabAgent b = new LabAgent(two, LabAgent.sessions(two), SessionLoop.Options.of(false, IcePolicy.ALL, servers))) {
            Signalling.Description ofA = a.gathered();
            Signalling.Description ofB = b.gathered();
            if (!first) {
                b.take(ofA);
            }
            long began = TimeUnit.NANOSECONDS.toMicros(System.nanoTime());
            a.take(ofB);
            if (first) {
                b.take(ofA);
            }
            a.connected();
            return seen(began);
        }
    }

    private Times script(String script, boolean first) throws Exception {
        try (PeerAgent a = new PeerAgent(script, one, true); PeerAgent b = new PeerAgent(script, two, false)) {
            Signalling.Description ofA = a.description();
            Signalling.Description ofB = b.description();
            if (!first) {
                b.tell(ofA);
            }
            a.tell(ofB);
            if (first) {
                b.tell(ofA);
            }
            long began = a.began();
            a.connected();
            return seen(began);
        }
    }
}
