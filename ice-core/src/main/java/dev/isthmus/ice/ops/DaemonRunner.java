package dev.isthmus.ice.ops;

import dev.isthmus.ice.net.LoopGroup;
import dev.isthmus.ice.net.PortException;
import dev.isthmus.ice.net.ServiceManager;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;
import org.apache.commons.cli.UnrecognizedOptionException;
import org.jspecify.annotations.Nullable;
import sun.misc.Signal;

/** Runs a daemon from its command line: options, configuration, readiness, signals, exit codes. */
public final class DaemonRunner {
    /** An orderly stop. */
    public static final int OK = 0;
    /** It could not run. */
    public static final int FAILED = 1;
    /** A bad option or configuration. */
    public static final int BAD_USAGE = 2;

    private static final Options OPTIONS = new Options()
            .addOption(Option.builder().longOpt("config").hasArg().argName("FILE").desc("read this configuration (HOCON)").get())
            .addOption(Option.builder().longOpt("set").hasArg().argName("KEY=VALUE")
                    .desc("set one key; wins over the file; may be repeated").get())
            .addOption(Option.builder().longOpt("check").desc("check the configuration, print what is in effect, and exit").get())
            .addOption(Option.builder().longOpt("version").desc("print the version and exit").get())
            .addOption(Option.builder().longOpt("help").desc("print this help and exit").get());

    private DaemonRunner() {}

    /** Runs the daemon until a signal ends it; returns the exit code. */
    public static <S> int run(Daemon<S> daemon, String[] arguments, PrintStream out, PrintStream err) {
        CommandLine line;
        try {
            line = parse(daemon, arguments);
        } catch (ParseException e) {
            err.println(daemon.name() + ": " + badOption(daemon, e));
            return BAD_USAGE;
        }
        if (line.hasOption("help")) {
            help(daemon.name(), daemon.queries().keySet().stream().map(query -> query + " ARGUMENT").toList(), out);
            return OK;
        }
        if (line.hasOption("version")) {
            out.println(daemon.name() + " " + version(daemon.getClass()));
            return OK;
        }
        List<String> question = line.getArgList();
        if (question.isEmpty()) {
            LoopGroup.prepare();
        }
        try {
            String file = line.getOptionValue("config");
            String @Nullable [] settings = line.getOptionValues("set");
            Section root = ConfigLoader.load(file == null ? null : Path.of(file), settings == null ? List.of() : List.of(settings));
            S configured = daemon.configure(root);
            if (!question.isEmpty()) {
                out.println(Objects.requireNonNull(daemon.queries().get(question.get(0))).answer(configured, question.get(1)));
                return OK;
            }
            if (line.hasOption("check")) {
                root.effective().forEach((key, value) -> out.println(key + " = " + value));
                return OK;
            }
            return serve(daemon, configured, out);
        } catch (ConfigProblem e) {
            err.println(daemon.name() + ": " + e.getMessage());
            return BAD_USAGE;
        } catch (PortException | IOException e) {
            err.println(daemon.name() + ": " + e.getMessage());
            return FAILED;
        }
    }

    private static CommandLine parse(Daemon<?> daemon, String[] arguments) throws ParseException {
        CommandLine line = DefaultParser.builder().setAllowPartialMatching(false).get().parse(OPTIONS, arguments);
        List<String> words = line.getArgList();
        if (!words.isEmpty() && !daemon.queries().containsKey(words.get(0))) {
            throw new UnrecognizedOptionException("not an option", words.get(0));
        }
        if (!words.isEmpty() && words.size() != 2) {
            throw new ParseException(words.get(0) + " takes one argument");
        }
        return line;
    }

    private static String badOption(Daemon<?> daemon, ParseException e) {
        if (e instanceof UnrecognizedOptionException unrecognized) {
            String word = unrecognized.getOption();
            boolean option = word.startsWith("-") || daemon.queries().isEmpty();
            List<String> known = option
                    ? OPTIONS.getOptions().stream().map(o -> "--" + o.getLongOpt()).toList()
                    : List.copyOf(daemon.queries().keySet());
            String what = option ? "option " : "command ";
            return "unknown " + what + word + "; the nearest known " + what + "is " + Nearest.of(word, known);
        }
        return String.valueOf(e.getMessage());
    }

    private static void help(String name, List<String> queries, PrintStream out) {
        out.println("Usage: " + name + " [OPTIONS]");
        queries.forEach(query -> out.println("       " + name + " [OPTIONS] " + query));
        for (Option option : OPTIONS.getOptions()) {
            String argument = option.hasArg() ? "=" + option.getArgName() : "";
            out.printf("      --%-18s %s%n", option.getLongOpt() + argument, option.getDescription());
        }
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
