package dev.isthmus.turn.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The CPU time of a process over all its threads, from the scheduler's own account. */
final class Cpu {
    private Cpu() {}

    /** Returns seconds; JIT and collector threads count as the process's. */
    static double of(long pid) throws IOException {
        long nanos = 0;
        try (Stream<Path> tasks = Files.list(Path.of("/proc/" + pid + "/task"))) {
            for (Path task : tasks.toList()) {
                try {
                    nanos += Long.parseLong(Files.readString(task.resolve("schedstat")).split(" ")[0]);
                } catch (NoSuchFileException e) {
                    // the thread has just ended; its time is lost, which is little
                }
            }
        }
        return nanos / 1e9;
    }
}
