package dev.isthmus.turn.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The relay benchmark: our server and its peers under the same load in turn, round by round, each server on processor 0 and the load on
 * processor 1. Prints a Markdown table with medians of the ratios to the first peer and writes it with every single value as JSON.
 *
 * <p>usage: Bench ROOT ROUNDS SECONDS OUTPUT ENDURANCE [COTURN...], where each COTURN is a program; see turn-server/bench/run
 */
public final class Bench {
    /** A load with its goal: the highest ratio to the peer. */
    private record Row(String name, int flows, int payload, int rate, String direction, int burst, double goal) {
        String[] arguments(int offered, int seconds) {
            return new String[]{"" + flows, "" + payload, "" + offered, "" + seconds, direction, "" + burst};
        }
    }

    private static final List<Row> ROWS = List.of(
            new Row("voice, 100 flows, 50,000/s", 100, 172, 50_000, "up", 1, 0.85),
            new Row("voice, 100 flows, 150,000/s", 100, 172, 150_000, "up", 1, 0.85),
            new Row("voice, 1,000 flows, 100,000/s", 1000, 172, 100_000, "up", 1, 0.85),
            new Row("peer to client, 60,000/s", 100, 172, 60_000, "down", 1, 0.85),
            new Row("trains of 16 x 1,100 bytes, 150,000/s", 20, 1100, 150_000, "up", 16, 0.42),
            new Row("trains, peer to client, 150,000/s", 20, 1100, 150_000, "down", 16, 0.42));
    private static final int WARM_UP_ROUNDS = 2;
    private static final int SET_UP_WARM_UPS = 6; // the compilers are busy over the first ten thousand
    private static final int SET_UP_FLOWS = 2000;
    private static final int PEAK_FROM = 80_000;
    private static final int PEAK_TRIES = 3;
    private static final double PEAK_STEP = 1.1;
    private static final double PEAK_LOSS = 0.1;

    private final Path root;
    private final int rounds;
    private final int seconds;
    private final int endurance;
    private final Generator generator;
    private final Report report = new Report();

    private Bench(Path root, int rounds, int seconds, int endurance) {
        this.endurance = endurance;
        this.root = root;
        this.rounds = rounds;
        this.seconds = seconds;
        this.generator = new Generator();
    }

    public static void main(String[] a) throws Exception {
        Bench bench = new Bench(Path.of(a[0]), Integer.parseInt(a[1]), Integer.parseInt(a[2]), Integer.parseInt(a[4]));
        Path output = Files.createDirectories(Path.of(a[3]));
        List<String> programs = List.of(a).subList(5, a.length);
        bench.run(programs);
        Files.writeString(output.resolve("relay.json"), bench.report.json());
        Files.writeString(output.resolve("relay.md"), bench.report.markdown());
        System.out.print(bench.report.markdown());
    }

    private void run(List<String> programs) throws Exception {
        report.title(Machine.describe(programs), rounds, seconds);
        Path work = Files.createTempDirectory("bench");
        double peak;
        List<BenchServer> servers = new ArrayList<>();
        try {
            servers.add(BenchServer.ours(root, work, List.of()));
            for (int i = 0; i < programs.size(); i++) {
                servers.add(BenchServer.coturn(programs.get(i), work, i));
            }
            warmUp(servers.get(0));
            for (Row row : ROWS) {
                load(servers, row);
            }
            setUp(servers);
            peak = peak(servers);
            latency(servers, (int) (peak / 2));
            overload(servers);
        } finally {
            servers.forEach(BenchServer::close);
        }
        Hiccups.report(report, "after the table");
        if (endurance > 0) {
            Endurance.run(root, work, generator, report, (int) (peak / 2), endurance);
        }
        Machine.memory(root, work, generator, report);
        Machine.resident(root, programs, work, generator, report);
        Machine.start(root, work, rounds, report);
    }

    private void warmUp(BenchServer ours) throws Exception {
        for (int i = 0; i < WARM_UP_ROUNDS; i++) {
            for (Row row : ROWS) {
                generator.load(ours, row.arguments(row.rate, 2));
            }
        }
        for (int i = 0; i < SET_UP_WARM_UPS; i++) {
            generator.load(ours, new Row("", SET_UP_FLOWS, 172, 1000, "up", 1, 0).arguments(1000, 1));
        }
    }

    /** One round after the other, the servers in turn within each; what a round of ours and a round of a peer give is one ratio. */
    private List<Map<String, Map<String, Double>>> inTurn(List<BenchServer> servers, Row row, int rate) throws Exception {
        List<Map<String, Map<String, Double>>> all = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            Map<String, Map<String, Double>> round = new LinkedHashMap<>();
            for (BenchServer server : servers) {
                round.put(server.name(), generator.load(server, row.arguments(rate, seconds)));
            }
            all.add(round);
        }
        return all;
    }

    private void load(List<BenchServer> servers, Row row) throws Exception {
        report.row("CPU, us/packet: " + row.name, "us_per_packet", inTurn(servers, row, row.rate), row.goal, true);
    }

    private void setUp(List<BenchServer> servers) throws Exception {
        Row row = new Row("", SET_UP_FLOWS, 172, 1000, "up", 1, 0.5);
        List<Map<String, Map<String, Double>>> all = inTurn(servers, row, row.rate);
        report.row("CPU, us/allocation with its channel", "us_per_allocation", all, row.goal, false);
    }

    /** The most that is delivered with at most 0.1 % loss, found by steps of a tenth; returns the first peer's median. */
    private double peak(List<BenchServer> servers) throws Exception {
        Row row = ROWS.get(1);
        List<Map<String, Map<String, Double>>> all = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            Map<String, Map<String, Double>> round = new LinkedHashMap<>();
            for (BenchServer server : servers) {
                round.put(server.name(), Map.of("delivered_per_s", peak(server, row)));
            }
            all.add(round);
        }
        report.row("delivered/s at " + PEAK_LOSS + " % loss, 100 flows", "delivered_per_s", all, -1.15, false);
        String reference = servers.get(servers.size() > 1 ? 1 : 0).name();
        return Report.median(all.stream().map(r -> Objects.requireNonNull(r.get(reference)).get("delivered_per_s")).toList());
    }

    private double peak(BenchServer server, Row row) throws Exception {
        double best = 0;
        int misses = 0;
        for (double rate = PEAK_FROM; misses < 2; rate *= PEAK_STEP) {
            double delivered = delivered(server, row, rate);
            misses = delivered > 0 ? 0 : misses + 1;
            best = Math.max(best, delivered);
        }
        return best;
    }

    /** What arrives of a rate that is kept, or 0; one of some tries is enough, since the machine's own gaps lose packets too. */
    private double delivered(BenchServer server, Row row, double rate) throws Exception {
        for (int i = 0; i < PEAK_TRIES; i++) {
            Map<String, Double> result = generator.load(server, row.arguments((int) rate, 1));
            if (Objects.requireNonNull(result.get("sent_per_s")) > 0.98 * rate
                    && Objects.requireNonNull(result.get("loss_percent")) <= PEAK_LOSS) {
                return Objects.requireNonNull(result.get("received_per_s"));
            }
        }
        return 0;
    }

    /** Far past saturation: what is still delivered, to be held against the peak. */
    private void overload(List<BenchServer> servers) throws Exception {
        Row row = ROWS.get(1);
        List<Map<String, Map<String, Double>>> all = inTurn(servers, row, 400_000);
        report.row("delivered/s past saturation (400,000/s asked of the load)", "received_per_s", all, -1.0, true);
        report.row("sent/s by the load then", "sent_per_s", all, -1.0, true);
    }

    private void latency(List<BenchServer> servers, int rate) throws Exception {
        List<Map<String, Map<String, Double>>> all = inTurn(servers, ROWS.get(1), rate);
        String load = " latency, us, at half the peer's peak (" + rate + "/s)";
        report.row("p50" + load, "p50_us", all, 1.0, false);
        report.row("p99" + load, "p99_us", all, 1.0, false);
        report.row("p50" + load + ", stretches of 20 ms", "p50_undisturbed_us", all, 1.0, false);
        report.row("p99" + load + ", stretches of 20 ms", "p99_undisturbed_us", all, 1.0, false);
    }
}
