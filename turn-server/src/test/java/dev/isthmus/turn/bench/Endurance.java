package dev.isthmus.turn.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A long load at half the peak: how long the JVM stopped, by its own log, and what the loop's thread allocated for each packet. */
final class Endurance {
    private static final Pattern SAFEPOINT = Pattern.compile("Reaching safepoint: (\\d+) ns, .*?At safepoint: (\\d+) ns");
    private static final Pattern ALLOCATED = Pattern.compile("\"turn-0\".*?allocated=(\\d+)([BKMG])");

    private Endurance() {}

    static void run(Path root, Path work, Generator generator, Report report, int rate, int seconds)
            throws IOException, InterruptedException {
        Path log = work.resolve("safepoints.log");
        try (BenchServer ours = BenchServer.ours(root, work, List.of("-Xlog:safepoint=info:file=" + log))) {
            for (int i = 0; i < 3; i++) {
                generator.load(ours, "100", "172", "" + rate, "5", "both", "1");
            }
            double allocated = allocated(ours); // stops the threads itself, and is not to count
            int before = Files.readAllLines(log).size();
            Map<String, Double> result = generator.load(ours, "100", "172", "" + rate, "" + seconds, "both", "1");
            List<String> stops = Files.readAllLines(log);
            double packets = Objects.requireNonNull(result.get("received_per_s")) * (seconds + 1); // with the second before it is measured
            double each = (allocated(ours) - allocated) / packets;
            report.line("heap bytes per packet, loop thread",
                    String.format(Locale.ROOT, "%.4f over %.1f million (goal < 0.1), with the set-up "
                            + "and end of 100 allocations", each, packets / 1e6));
            report.line("pauses in " + seconds + " s at " + rate + "/s", pauses(stops.subList(before, stops.size())));
        }
    }

    private static String pauses(List<String> lines) {
        long count = 0;
        long reaching = 0;
        long at = 0;
        for (String line : lines) {
            Matcher matcher = SAFEPOINT.matcher(line);
            if (matcher.find()) {
                count++;
                reaching = Math.max(reaching, Long.parseLong(matcher.group(1)));
                at = Math.max(at, Long.parseLong(matcher.group(2)));
            }
        }
        return String.format(Locale.ROOT, "%d, the longest %.2f ms (goal 2), the longest way to a safepoint %.2f ms", count, at / 1e6,
                reaching / 1e6);
    }

    /** As the JVM counts it for the thread. */
    private static double allocated(BenchServer server) {
        Matcher matcher = ALLOCATED.matcher(Machine.jcmd(server.pid(), "Thread.print", "-e"));
        if (!matcher.find()) {
            throw new IllegalStateException("the loop's thread is not listed");
        }
        return Double.parseDouble(matcher.group(1)) * Math.pow(1024, "BKMG".indexOf(matcher.group(2)));
    }
}
