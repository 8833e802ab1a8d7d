package dev.isthmus.turn.bench;

import java.io.IOException;
import java.util.Locale;

/**
 * How often the machine itself stops: reads the clock without a pause and counts the gaps. Run on an idle processor, what it finds is the
 * hypervisor's and other processes' doing, which no server can be blamed for.
 *
 * <p>usage: Hiccups SECONDS
 */
public final class Hiccups {
    private static final long GAP = 1_000_000;

    private Hiccups() {}

    public static void main(String[] a) {
        long end = System.nanoTime() + Integer.parseInt(a[0]) * 1_000_000_000L;
        long gaps = 0;
        long lost = 0;
        long longest = 0;
        long last = System.nanoTime();
        while (last < end) {
            long now = System.nanoTime();
            long gap = now - last;
            if (gap > GAP) {
                gaps++;
                lost += gap;
                longest = Math.max(longest, gap);
            }
            last = now;
        }
        System.out.printf(Locale.ROOT, "%.1f gaps above 1 ms a second, %.1f %% of the time, the longest %.1f ms",
                gaps / Double.parseDouble(a[0]), lost / 1e7 / Double.parseDouble(a[0]), longest / 1e6);
    }

    /** Watches both processors, one after the other. */
    static void report(Report report, String when) throws IOException, InterruptedException {
        for (String processor : new String[]{"0", "1"}) {
            report.line("processor " + processor + " idle, " + when, Machine.run("taskset", "-c", processor, Machine.java(), "-cp",
                    System.getProperty("java.class.path"), Hiccups.class.getName(), "3").strip());
        }
    }
}
