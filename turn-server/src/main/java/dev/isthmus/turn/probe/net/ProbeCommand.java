package dev.isthmus.turn.probe.net;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.ops.SecureRandomSource;
import dev.isthmus.turn.probe.Preflight;
import dev.isthmus.turn.probe.Probe;
import dev.isthmus.turn.probe.Suite;
import dev.isthmus.turn.probe.Trial;
import java.io.IOException;
import java.io.PrintStream;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The command {@code turn-probe}. */
public final class ProbeCommand {
    private static final String USAGE = """
            usage: turn-probe HOST[:PORT] --user NAME --password PASSWORD [options]
            Asks a STUN/TURN server, probe by probe, for what the RFCs say it must do. The port is 3478 unless given, 5349 over TLS and DTLS.
              --transport udp|tcp|tls|dtls   how to reach it (udp)
              --other-user, --other-password a second user, for what is not another's to do
              --peer ADDRESS                 the host of the probe's peers (that of its own address towards the server);
                                             the server must be willing to relay to it
              --only PATTERN                 a regular expression: the probes to run
              --json FILE                    writes the result there too; - writes it instead of the table
              --list                         names the probes and runs none
            exit code: 0 when no probe failed; 1 when one did, nothing answers or the user is not accepted; 2 on a bad option
            "not offered" says that the server lacks what a probe is about; it never counts as passed.
            """;
    private static final List<String> VALUED = List.of("--user", "--password", "--transport", "--other-user", "--other-password", "--peer",
            "--only", "--json");

    private final PrintStream out;
    private final Map<String, String> options = new HashMap<>();
    private @Nullable String target;

    private ProbeCommand(PrintStream out) {
        this.out = out;
    }

    /** Runs the command. */
    public static void main(String[] arguments) {
        System.exit(run(arguments, System.out, System.err));
    }

    /** Runs the command and returns its exit code. */
    public static int run(String[] arguments, PrintStream out, PrintStream err) {
        try {
            return new ProbeCommand(out).run(arguments);
        } catch (IllegalArgumentException e) {
            err.println("turn-probe: " + e.getMessage());
            return 2;
        } catch (IOException e) {
            err.println("turn-probe: " + e.getMessage());
            return 1;
        }
    }

    private int run(String[] arguments) throws IOException {
        if (List.of(arguments).contains("--help")) {
            out.print(USAGE);
            return 0;
        }
        read(arguments);
        Suite suite = new Suite();
        Pattern only = Pattern.compile(options.getOrDefault("--only", ""));
        if (options.containsKey("--list")) {
            suite.probes().forEach(p -> out.printf("%-28s %-16s %s%n", p.id(), p.source(), p.says()));
            return 0;
        }
        Sockets.Carrier carrier = carrier();
        TransportAddress server = server(carrier);
        Trial.Users users = new Trial.Users(required("--user"), required("--password"), options.get("--other-user"),
                options.getOrDefault("--other-password", ""));
        Sockets sockets = new Sockets(carrier, server, peers(server), new SecureRandomSource());
        boolean table = !"-".equals(options.get("--json"));
        if (suite.probes().stream().noneMatch(p -> only.matcher(p.id()).find())) {
            throw new IllegalArgumentException("--only " + only + " names no probe; see --list");
        }
        Preflight before = Preflight.of(sockets, users, new SecureRandomSource());
        if (before.problem() != null) {
            throw new IOException(before.problem());
        }
        if (table && !before.relays()) {
            out.println("the server does not relay to the probe's peers: what needs that is not offered (--peer names other peers)");
        }
        List<Probe.Outcome> outcomes = suite.run(p -> only.matcher(p.id()).find(), sockets,
                users.relayed(before.relays()), new SecureRandomSource(), o -> print(o, table));
        long failed = outcomes.stream().filter(o -> o.verdict() == Probe.Verdict.FAILED).count();
        if (table) {
            long missing = outcomes.stream().filter(o -> o.verdict() == Probe.Verdict.NOT_OFFERED).count();
            out.printf("%d probes over %s: %d passed, %d failed, %d not offered%n", outcomes.size(), name(carrier),
                    outcomes.size() - failed - missing, failed, missing);
        }
        writeJson(ProbeReport.json(server, name(carrier), outcomes));
        return failed == 0 ? 0 : 1;
    }

    private void print(Probe.Outcome o, boolean table) {
        if (table) {
            out.printf("%-28s %-16s %-12s %s%n", o.probe().id(), o.probe().source(), o.verdict().label(),
                    o.verdict() == Probe.Verdict.PASSED ? o.probe().says() : o.probe().says() + ": " + o.why());
        }
    }

    private void writeJson(String json) throws IOException {
        String file = options.get("--json");
        if ("-".equals(file)) {
            out.println(json);
        } else if (file != null) {
            Files.writeString(Path.of(file), json + "\n");
        }
    }

    private void read(String[] arguments) {
        for (int i = 0; i < arguments.length; i++) {
            String word = arguments[i];
            if (word.equals("--list")) {
                options.put(word, "");
            } else if (VALUED.contains(word)) {
                if (i + 1 == arguments.length) {
                    throw new IllegalArgumentException(word + " needs a value");
                }
                options.put(word, arguments[++i]);
            } else if (word.startsWith("-") || target != null) {
                throw new IllegalArgumentException("unknown option " + word + "; see --help");
            } else {
                target = word;
            }
        }
    }

    private String required(String option) {
        String value = options.get(option);
        if (value == null) {
            throw new IllegalArgumentException(option + " is missing; see --help");
        }
        return value;
    }

    private static String name(Sockets.Carrier carrier) {
        return carrier.name().toLowerCase(Locale.ROOT);
    }

    private Sockets.Carrier carrier() {
        String wanted = options.getOrDefault("--transport", "udp");
        for (Sockets.Carrier carrier : Sockets.Carrier.values()) {
            if (name(carrier).equals(wanted)) {
                return carrier;
            }
        }
        throw new IllegalArgumentException("--transport is " + wanted + ", must be udp, tcp, tls or dtls");
    }

    private TransportAddress server(Sockets.Carrier carrier) {
        String text = target;
        if (text == null) {
            throw new IllegalArgumentException("HOST:PORT is missing; see --help");
        }
        int colon = text.endsWith("]") || text.indexOf(':') != text.lastIndexOf(':') && !text.startsWith("[") ? -1 : text.lastIndexOf(':');
        boolean encrypted = carrier == Sockets.Carrier.TLS || carrier == Sockets.Carrier.DTLS;
        String host = colon < 0 ? text : text.substring(0, colon);
        try {
            int port = colon < 0 ? encrypted ? 5349 : 3478 : Integer.parseInt(text.substring(colon + 1));
            return Sockets.address(InetAddress.getByName(host), port);
        } catch (UnknownHostException | NumberFormatException e) {
            throw new IllegalArgumentException(text + " is no HOST:PORT", e);
        }
    }

    private InetAddress peers(TransportAddress server) throws IOException {
        String given = options.get("--peer");
        if (given != null) {
            return InetAddress.getByName(given);
        }
        try (DatagramSocket towards = new DatagramSocket()) {
            towards.connect(Sockets.address(server));
            return Objects.requireNonNull(towards.getLocalAddress());
        }
    }
}
