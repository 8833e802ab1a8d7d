package dev.isthmus.gateway.app;

import dev.isthmus.ice.ops.DaemonRunner;

/** The command {@code rtc-gateway}. */
public final class Main {
    private Main() {}

    /** Runs the gateway until it is told to stop. */
    public static void main(String[] arguments) {
        System.exit(DaemonRunner.run(new GatewayDaemon(), arguments, System.out, System.err));
    }
}
