package dev.isthmus.turn.probe;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.ops.SecureRandomSource;
import dev.isthmus.turn.probe.net.Sockets;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** What one server does over several transports, as one column of CONFORMANCE.md. */
final class Conformance {
    /** A transport and where the server has it. */
    record Way(Sockets.Carrier carrier, TransportAddress server) {
        @Override
        public String toString() {
            return carrier + " " + server;
        }
    }

    private final Map<String, List<String>> failures = new LinkedHashMap<>();
    private final Map<String, Probe.Verdict> verdicts = new LinkedHashMap<>();

    /** Runs every probe over every way, the ways at once. */
    static Conformance of(List<Way> ways) throws Exception {
        Conformance all = new Conformance();
        try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
            Map<Way, Future<List<Probe.Outcome>>> runs = new LinkedHashMap<>();
            for (Way way : ways) {
                Callable<List<Probe.Outcome>> run = () -> run(way);
                runs.put(way, pool.submit(run));
            }
            for (var entry : runs.entrySet()) {
                all.add(entry.getKey(), entry.getValue().get(10, TimeUnit.MINUTES));
            }
        }
        return all;
    }

    private static List<Probe.Outcome> run(Way way) throws Exception {
        InetAddress peers = InetAddress.getByAddress(way.server().bytes());
        Sockets sockets = new Sockets(way.carrier(), way.server(), peers, new SecureRandomSource());
        return new Suite().run(p -> true, sockets, new Trial.Users("alice", "secret", "bob", "secret2"), new SecureRandomSource(), o -> {});
    }

    /** Once failed is failed; otherwise once passed is passed. */
    private void add(Way way, List<Probe.Outcome> outcomes) {
        for (Probe.Outcome outcome : outcomes) {
            String id = outcome.probe().id();
            if (outcome.verdict() == Probe.Verdict.FAILED) {
                failures.computeIfAbsent(id, i -> new ArrayList<>()).add(way + ": " + outcome.why());
            }
            verdicts.merge(id, outcome.verdict(), Conformance::worse);
        }
    }

    private static Probe.Verdict worse(Probe.Verdict one, Probe.Verdict other) {
        if (one == Probe.Verdict.FAILED || other == Probe.Verdict.FAILED) {
            return Probe.Verdict.FAILED;
        }
        return one == Probe.Verdict.PASSED || other == Probe.Verdict.PASSED ? Probe.Verdict.PASSED : Probe.Verdict.NOT_OFFERED;
    }

    /** Returns what failed, with the ways and reasons. */
    Map<String, List<String>> failures() {
        return failures;
    }

    Probe.Verdict verdict(String id) {
        return verdicts.getOrDefault(id, Probe.Verdict.NOT_OFFERED);
    }

    long count(Probe.Verdict verdict) {
        return verdicts.values().stream().filter(verdict::equals).count();
    }
}
