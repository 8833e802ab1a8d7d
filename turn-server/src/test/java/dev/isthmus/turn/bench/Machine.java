package dev.isthmus.turn.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is measured from outside: versions, memory, the time that a start takes. */
final class Machine {
    private static final int FEW = 1000;
    private static final int MANY = 10_000;
    private static final Pattern COMMITTED = Pattern.compile("committed=(\\d+)KB");
    private static final Pattern MALLOC = Pattern.compile("<total type=\"(?:rest|fast)\" count=\"\\d+\" size=\"(\\d+)\"/>");
    private static final Pattern SYSTEM = Pattern.compile("<system type=\"current\" size=\"(\\d+)\"/>");

    private Machine() {}

    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    static String describe(List<String> programs) throws IOException, InterruptedException {
        StringBuilder text = new StringBuilder();
        text.append(System.getProperty("os.name")).append(' ').append(System.getProperty("os.version")).append(", ")
                .append(Runtime.getRuntime().availableProcessors()).append(" processors");
        for (String line : Files.readAllLines(Path.of("/proc/cpuinfo"))) {
            if (line.startsWith("model name")) {
                text.append(" (").append(line.substring(line.indexOf(':') + 1).strip()).append(')');
                break;
            }
        }
        text.append(", Java ").append(Runtime.version());
        for (String program : programs) {
            String[] lines = run(program, "--version").strip().split("\n");
            text.append(", coturn ").append(lines[lines.length - 1].strip());
        }
        return text.toString();
    }

    static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor(1, TimeUnit.MINUTES);
        return output;
    }

    static String jcmd(long pid, String... command) {
        List<String> all = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(), "" + pid));
        all.addAll(List.of(command));
        try {
            return run(all.toArray(String[]::new));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Bytes of a server: live heap, the JVM's native memory, the C library's, resident, and the kernel's over the whole machine. */
    private static Map<String, Long> memoryOf(long pid) {
        Map<String, Long> bytes = new TreeMap<>();
        jcmd(pid, "GC.run");
        jcmd(pid, "GC.run");
        String[] histogram = jcmd(pid, "GC.class_histogram").strip().split("\n");
        bytes.put("heap", Long.parseLong(histogram[histogram.length - 1].strip().split("\\s+")[2]));
        String[] native_ = jcmd(pid, "VM.native_memory", "summary").split("\n");
        bytes.put("native", committed(native_, "Total:") - committed(native_, "Java Heap"));
        String malloc = jcmd(pid, "System.native_heap_info");
        bytes.put("malloc", last(SYSTEM, malloc) - last(MALLOC, malloc));
        bytes.putAll(outside(pid));
        return bytes;
    }

    private static Map<String, Long> outside(long pid) {
        return Map.of("resident", kilobytes("/proc/" + pid + "/status", "VmRSS:") * 1024, "kernel",
                kilobytes("/proc/meminfo", "Slab:") * 1024);
    }

    private static long committed(String[] lines, String section) {
        for (String line : lines) {
            Matcher matcher = COMMITTED.matcher(line);
            if (line.contains(section) && matcher.find()) {
                return Long.parseLong(matcher.group(1)) * 1024;
            }
        }
        throw new IllegalStateException("no " + section + " in " + String.join("\n", lines));
    }

    /** The last match: after the arenas comes the sum over all of them. Free pieces are what "rest" and "fast" mean there. */
    private static long last(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        long value = 0;
        while (matcher.find()) {
            value = Long.parseLong(matcher.group(1));
        }
        return value;
    }

    private static long kilobytes(String file, String key) {
        try {
            for (String line : Files.readAllLines(Path.of(file))) {
                if (line.startsWith(key)) {
                    return Long.parseLong(line.replaceAll("\\D", ""));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new IllegalStateException("no " + key + " in " + file);
    }

    /** Bytes per allocation with its channel: what 10,000 take minus what 1,000 take. */
    static void memory(Path root, Path work, Generator generator, Report report) throws IOException, InterruptedException {
        Map<String, Long> few = new TreeMap<>();
        Map<String, Long> many = new TreeMap<>();
        try (BenchServer ours = BenchServer.ours(root, work, List.of("-XX:NativeMemoryTracking=summary"))) {
            generator.holding(ours, MANY, () -> {});
            generator.holding(ours, FEW, () -> few.putAll(memoryOf(ours.pid())));
            generator.holding(ours, MANY, () -> many.putAll(memoryOf(ours.pid())));
        }
        Map<String, Long> each = new TreeMap<>();
        many.forEach((what, bytes) -> each.put(what, (bytes - few.getOrDefault(what, 0L)) / (MANY - FEW)));
        long sum = each.getOrDefault("heap", 0L) + each.getOrDefault("native", 0L) + each.getOrDefault("malloc", 0L);
        each.remove("resident"); // pages that an earlier, larger load has touched stay
        report.line("bytes per allocation with its channel, ours", sum + " (goal <= 1536): " + each
                + "; kernel counts the generator's sockets too");
    }

    /** What 10,000 add to the resident memory of a fresh server that has had 1,000, which is all that can be seen of a peer. */
    static void resident(Path root, List<String> programs, Path work, Generator generator, Report report)
            throws IOException, InterruptedException {
        try (BenchServer ours = BenchServer.ours(root, work, List.of())) {
            resident(ours, generator, report);
        }
        for (String program : programs) {
            try (BenchServer peer = BenchServer.coturn(program, work, 0)) {
                resident(peer, generator, report);
            }
        }
    }

    private static void resident(BenchServer server, Generator generator, Report report) throws IOException, InterruptedException {
        Map<String, Long> few = new TreeMap<>();
        Map<String, Long> many = new TreeMap<>();
        generator.holding(server, FEW, () -> few.putAll(outside(server.pid())));
        generator.holding(server, MANY, () -> many.putAll(outside(server.pid())));
        report.line("resident bytes per allocation with its channel, " + server.name(),
                "" + (many.getOrDefault("resident", 0L) - few.getOrDefault("resident", 0L)) / (MANY - FEW));
    }

    /** From the command to open ports, and what is resident then. */
    static void start(Path root, Path work, int rounds, Report report) throws IOException, InterruptedException {
        List<Double> seconds = new ArrayList<>();
        List<Double> megabytes = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            long began = System.nanoTime();
            try (BenchServer ours = BenchServer.oursUnbound(root, work)) {
                seconds.add((System.nanoTime() - began) / 1e9);
                megabytes.add(outside(ours.pid()).getOrDefault("resident", 0L) / 1e6);
            }
        }
        report.line("start to open ports, s", Report.number(Report.median(seconds)) + " (goal 0.3): " + seconds);
        report.line("resident when idle, MB", Report.number(Report.median(megabytes)) + " (goal 80)");
    }
}
