package dev.isthmus.turn.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs {@link TurnLoad} as a process of its own on processor 1. */
final class Generator {
    private static final List<String> COMMAND = List.of("taskset", "-c", "1", Machine.java(), "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow", "-Xmx1g", "-XX:+UseSerialGC", "-XX:-UsePerfData", "-cp",
            System.getProperty("java.class.path"), TurnLoad.class.getName());

    private static List<String> command(BenchServer server, String... arguments) {
        List<String> command = new ArrayList<>(COMMAND);
        command.add("" + server.port());
        command.add("" + server.pid());
        command.addAll(List.of(arguments));
        return command;
    }

    /** Runs one load and returns what it printed, by name. */
    Map<String, Double> load(BenchServer server, String... arguments) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command(server, arguments)).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        if (!process.waitFor(1, TimeUnit.MINUTES) || process.exitValue() != 0) {
            throw new IllegalStateException("the load on " + server.name() + " failed: " + output);
        }
        return values(output);
    }

    static Map<String, Double> values(String output) {
        Map<String, Double> values = new HashMap<>();
        for (String word : output.split("\\s+")) {
            int equals = word.indexOf('=');
            if (equals > 0) {
                values.put(word.substring(0, equals), Double.parseDouble(word.substring(equals + 1)));
            }
        }
        return values;
    }

    /** Makes allocations, runs the task while they are there, and ends them. */
    void holding(BenchServer server, int flows, Runnable task) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command(server, "" + flows, "hold")).redirectErrorStream(true).start();
        String line = process.inputReader().readLine();
        if (line == null || !line.startsWith("us_per_allocation")) {
            throw new IllegalStateException("the allocations at " + server.name() + " failed: " + line);
        }
        task.run();
        process.outputWriter().close();
        if (!process.waitFor(1, TimeUnit.MINUTES)) {
            throw new IllegalStateException("the load on " + server.name() + " does not end");
        }
    }
}
