package dev.isthmus.turn.support;

import dev.isthmus.ice.support.Command;
import java.util.ArrayList;
import java.util.List;

/** The real turn-server daemon, started by its command with settings of a test. */
public final class TurnProcess implements AutoCloseable {
    private final Command command;
    private final int port;

    private TurnProcess(Command command, int port) {
        this.command = command;
        this.port = port;
    }

    /** Starts it on loopback with a port that the kernel chooses, and waits until it listens. */
    public static TurnProcess start(String... settings) throws Exception {
        return startOn("{transport=udp,address=\"127.0.0.1\",port=0}", settings);
    }

    /** Starts it on these listeners, the first of which is on 127.0.0.1, and waits until it listens. */
    public static TurnProcess startOn(String listeners, String... settings) throws Exception {
        List<String> words = new ArrayList<>(List.of("bin/turn-server", "--set", "isthmus.turn.listeners=[" + listeners + "]"));
        for (String setting : settings) {
            words.add("--set");
            words.add(setting);
        }
        Command command = Command.start(words.toArray(String[]::new));
        try {
            String line = command.line(60, l -> l.contains("listening on"));
            int port = Integer.parseInt(line.replaceFirst(".*?127\\.0\\.0\\.1:(\\d+).*", "$1"));
            return new TurnProcess(command, port);
        } catch (AssertionError | InterruptedException e) {
            command.close();
            throw e;
        }
    }

    /** Returns the first listener's port. */
    public int port() {
        return port;
    }

    /** Returns the port of a listener at that transport and address, as the daemon printed them. */
    public int port(String transport, String address) {
        String line = command.output().lines().filter(l -> l.contains("listening on")).findFirst().orElseThrow();
        String after = line.substring(line.indexOf(transport + " [") + transport.length());
        return Integer.parseInt(after.substring(after.indexOf(address + ":") + address.length() + 1).replaceFirst("\\D.*", ""));
    }

    public Command command() {
        return command;
    }

    @Override
    public void close() {
        command.close();
    }
}
