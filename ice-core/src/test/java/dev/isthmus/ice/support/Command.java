package dev.isthmus.ice.support;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A process that a test started: its output by lines, its exit code, its end when the test ends. */
public final class Command implements AutoCloseable {
    private static final String END = "\u0000end";
    private final Process process;
    private final List<String> output = new ArrayList<>();
    private final BlockingQueue<String> unread = new LinkedBlockingQueue<>();
    private final Thread reader;

    private Command(Process process) {
        this.process = process;
        this.reader = Thread.ofVirtual().start(this::read);
    }

    /** Starts a command; its two outputs are read together. */
    public static Command start(String... command) throws IOException {
        return start(Map.of(), command);
    }

    /** Starts a command with more environment. */
    public static Command start(Map<String, String> environment, String... command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        return new Command(process);
    }

    /** Starts a command that is told something later. */
    public static Command talking(String... command) throws IOException {
        return new Command(new ProcessBuilder(command).redirectErrorStream(true).start());
    }

    /** Tells the process a line; only one that {@link #talking} has started listens. */
    public void say(String line) throws IOException {
        OutputStream input = process.getOutputStream();
        input.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        input.flush();
    }

    /** Runs a command to its end, at most that long. */
    public static Command run(int seconds, String... command) throws Exception {
        Command started = start(command);
        started.await(seconds);
        return started;
    }

    private void read() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                synchronized (output) {
                    output.add(line);
                }
                unread.add(line);
            }
        } catch (IOException e) {
            unread.add("output lost: " + e.getMessage());
        }
        unread.add(END);
    }

    /** Waits for a line that holds, and returns it. */
    public String line(int seconds, Predicate<String> wanted) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (true) {
            String line = unread.poll(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
            if (line == null || line.equals(END)) {
                throw new AssertionError((line == null ? "no such line in time from " : "ended without such a line: ") + describe());
            }
            if (wanted.test(line)) {
                return line;
            }
        }
    }

    /** Waits for the end and returns the exit code. */
    public int await(int seconds) throws InterruptedException {
        if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("did not end in " + seconds + " s: " + describe());
        }
        reader.join();
        return process.exitValue();
    }

    /** Asks the process to end (SIGTERM) and returns its exit code. */
    public int stop(int seconds) throws InterruptedException {
        process.destroy();
        return await(seconds);
    }

    /** Sends a signal by name. */
    public void signal(String name) throws Exception {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Returns everything printed so far. */
    public String output() {
        synchronized (output) {
            return String.join("\n", output);
        }
    }

    private String describe() {
        return process.info().commandLine().orElse(Arrays.toString(process.info().arguments().orElse(new String[0]))) + "\n" + output();
    }

    /** Ends the process and then what it has started and still knows: a browser's helpers write to its profile after it has gone itself. */
    @Override
    public void close() {
        List<ProcessHandle> all = new ArrayList<>(List.of(process.toHandle()));
        all.addAll(process.descendants().toList());
        process.destroy();
        await(List.of(process.toHandle()));
        all.forEach(ProcessHandle::destroy);
        await(all);
        all.forEach(ProcessHandle::destroyForcibly);
        await(all);
    }

    /** Waits for some seconds at most. */
    private static void await(List<ProcessHandle> processes) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        for (ProcessHandle each : processes) {
            while (!isGone(each) && System.nanoTime() < end) {
                each.onExit().completeOnTimeout(each, 50, TimeUnit.MILLISECONDS).join();
            }
        }
    }

    /** Returns whether a process does nothing any more; one whose parent has gone may stay as a zombie where nobody asks for it. */
    static boolean isGone(ProcessHandle process) {
        try {
            return !process.isAlive()
                    || Files.readString(Path.of("/proc/" + process.pid() + "/stat")).replaceFirst(".*\\) ", "").startsWith("Z");
        } catch (IOException e) {
            return true;
        }
    }
}
