package dev.isthmus.gateway.support;

import dev.isthmus.ice.support.Command;
import dev.isthmus.ice.support.Peers;
import java.util.List;

/** What tcpdump saw on loopback. */
public final class Capture implements AutoCloseable {
    private final Command tcpdump;

    private Capture(Command tcpdump) {
        this.tcpdump = tcpdump;
    }

    /** Begins to capture what the filter admits. */
    public static Capture start(String filter) throws Exception {
        Peers.command("tcpdump", "tcpdump");
        Command tcpdump = Command.start("tcpdump", "-i", "lo", "-n", "-l", "-q", "--immediate-mode", filter);
        String first = tcpdump.line(10, l -> l.contains("listening on") || l.contains("permission"));
        if (first.contains("permission")) {
            Peers.unable("capturing on loopback needs root or CAP_NET_RAW: " + first);
        }
        return new Capture(tcpdump);
    }

    /** Ends the capture and returns a line a packet. */
    public List<String> packets() throws InterruptedException {
        tcpdump.stop(10);
        return tcpdump.output().lines().filter(l -> l.contains(" IP ")).toList();
    }

    @Override
    public void close() {
        tcpdump.close();
    }
}
