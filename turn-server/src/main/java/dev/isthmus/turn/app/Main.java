package dev.isthmus.turn.app;

import dev.isthmus.ice.ops.DaemonRunner;

/** The command {@code turn-server}. */
public final class Main {
    private Main() {}

    /** Runs the server until it is told to stop. */
    public static void main(String[] arguments) {
        System.exit(DaemonRunner.run(new TurnDaemon(), arguments, System.out, System.err));
    }
}
