package dev.isthmus.ice.ops;

import dev.isthmus.ice.net.PortException;
import dev.isthmus.ice.net.ServiceManager;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import sun.misc.Signal;

/** Runs a daemon from its command line: options, configuration, readiness, signals, exit codes. */
public final class DaemonRunner {
    /** An orderly stop. */
    public static final int OK = 0;
    /** It could not run. */
    public static final int FAILED = 1;
    /** A bad option or configuration. */
    public static final int BAD_USAGE = 2;

    @Command(mixinStandardHelpOptions = false, sortOptions = false)
    static final class Options {
        @Option(names = "--config", paramLabel = "FILE", description = "read this configuration (HOCON)")
        @Nullable
        Path config;

        @Option(names = "--set", paramLabel = "KEY=VALUE", description = "set one key; wins over the file; may be repeated")
        List<String> settings = new ArrayList<>();

        @Option(names = "--check", description = "check the configuration, print what is in effect, and exit")
        boolean check;

        @Option(names = "--version", description = "print the version and exit")
        boolean version;

        @Option(names = "--help", description = "print this help and exit")
        boolean help;
    }

    private DaemonRunner() {}

    /** Runs the daemon until a signal ends it; returns the exit code. */
    public static <S> int run(Daemon<S> daemon, String[] arguments, PrintStream out, PrintStream err) {
        Options options = new Options();
        CommandLine line = new CommandLine(options).setCommandName(daemon.name());
        try {
            line.parseArgs(arguments);
        } catch (CommandLine.ParameterException e) {
            err.println(daemon.name() + ": " + badOption(e, line));
            return BAD_USAGE;
        }
        if (options.help) {
            line.usage(out);
            return OK;
        }
        if (options.version) {
            out.println(daemon.name() + " " + version(daemon.getClass()));
            return OK;
        }
        try {
            Section root = ConfigLoader.load(options.config, options.settings);
            S settings = daemon.configure(root);
            if (options.check) {
                root.effective().forEach((key, value) -> out.println(key + " = " + value));
                return OK;
            }
            return serve(daemon, settings, out);
        } catch (ConfigProblem e) {
            err.println(daemon.name() + ": " + e.getMessage());
            return BAD_USAGE;
        } catch (PortException | IOException e) {
            err.println(daemon.name() + ": " + e.getMessage());
            return FAILED;
        }
    }

    private static String badOption(CommandLine.ParameterException e, CommandLine line) {
        if (e instanceof CommandLine.UnmatchedArgumentException unmatched && !unmatched.getUnmatched().isEmpty()) {
            String wrong = unmatched.getUnmatched().get(0);
            return "unknown option " + wrong + "; the nearest known option is "
                    + Nearest.of(wrong, line.getCommandSpec().optionsMap().keySet());
        }
        return String.valueOf(e.getMessage()).replaceAll("\\s+", " ");
    }

    private static String version(Class<?> type) {
        String version = type.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    private static <S> int serve(Daemon<S> daemon, S settings, PrintStream out) throws PortException, IOException {
        CountDownLatch stop = new CountDownLatch(1);
        for (String name : List.of("TERM", "INT")) {
            Signal.handle(new Signal(name), signal -> stop.countDown());
        }
        Signal.handle(new Signal("HUP"), signal -> out.println(daemon.name() + ": reload is not offered; nothing changed"));
        ServiceManager manager = new ServiceManager(System.getenv());
        try (Daemon.Running running = daemon.start(settings)) {
            out.println(daemon.name() + ": " + running.status());
            out.flush();
            manager.ready(running.status());
            stop.await();
            manager.stopping();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return OK;
    }
}
