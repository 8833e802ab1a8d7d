package dev.isthmus.turn.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A server under test, pinned to processor 0. */
final class BenchServer implements AutoCloseable {
    private static final int FIRST_PORT = 13_478;
    /** Apart from the ports that the load's own sockets get, so that tens of thousands fit. */
    private static final String RELAY_PORTS = "2000-32000";
    private final String name;
    private final int port;
    private final Process process;

    private BenchServer(String name, int port, Process process) {
        this.name = name;
        this.port = port;
        this.process = process;
    }

    /** Starts our daemon as its users do, with one loop and further options for its Java. */
    static BenchServer ours(Path root, Path work, List<String> javaOptions) throws IOException, InterruptedException {
        return ours(root, work, javaOptions, "0");
    }

    private static BenchServer ours(Path root, Path work, List<String> javaOptions, String processors)
            throws IOException, InterruptedException {
        Path configuration = work.resolve("ours.conf");
        Files.writeString(configuration, """
                isthmus.turn { realm = "bench", loops = 1, auth.users.user = pass, peers.allow = [ "127.0.0.0/8" ]
                  relay { addresses = [ "127.0.0.2" ], ports = "%s" }, limits.user-allocations = 100000
                  listeners = [ { transport = udp, address = "127.0.0.1", port = %d } ] }
                """.formatted(RELAY_PORTS, FIRST_PORT));
        ProcessBuilder builder = new ProcessBuilder("taskset", "-c", processors, root.resolve("turn-server/bin/turn-server").toString(),
                "--config", configuration.toString());
        builder.environment().put("ISTHMUS_JAVA_OPTIONS", String.join(" ", javaOptions));
        return start("ours", FIRST_PORT, builder, work, "listening");
    }

    /** The same on both processors, as a start is not bound to one. */
    static BenchServer oursUnbound(Path root, Path work) throws IOException, InterruptedException {
        return ours(root, work, List.of(), "0,1");
    }

    /** Starts coturn with what it needs for the same service, and nothing more. */
    static BenchServer coturn(String program, Path work, int index) throws IOException, InterruptedException {
        int port = FIRST_PORT + 1 + index;
        List<String> command = new ArrayList<>(List.of("taskset", "-c", "0", program, "-n", "--listening-ip=127.0.0.1",
                "--listening-port=" + port, "--relay-ip=127.0.0.3", "--min-port=2000", "--max-port=32000", "--lt-cred-mech",
                "--user=user:pass", "--realm=bench", "--allow-loopback-peers", "--no-cli", "--no-tls", "--no-dtls", "--no-tcp",
                "--relay-threads=1", "--log-file=stdout", "--simple-log", "--pidfile=" + work.resolve("pid" + index),
                "--userdb=" + work.resolve("db" + index)));
        if (index > 0) {
            command.addAll(List.of("--multiplex-peer", "--udp-gso"));
        }
        String name = index == 0 ? "coturn" : "coturn " + (index + 1);
        return start(name, port, new ProcessBuilder(command), work, "Total General servers");
    }

    private static BenchServer start(String name, int port, ProcessBuilder builder, Path work, String ready)
            throws IOException, InterruptedException {
        Path output = work.resolve(name.replace(' ', '-') + ".out");
        Process process = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
        for (int i = 0; i < 3000; i++) {
            if (Files.readString(output).contains(ready)) {
                return new BenchServer(name, port, process);
            }
            if (process.waitFor(2, TimeUnit.MILLISECONDS)) {
                break;
            }
        }
        process.destroyForcibly();
        throw new IllegalStateException(name + " did not start: " + Files.readString(output));
    }

    String name() {
        return name;
    }

    int port() {
        return port;
    }

    /** The process that the scripts have become. */
    long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().orTimeout(10, TimeUnit.SECONDS).exceptionally(late -> process.destroyForcibly()).join();
    }
}
