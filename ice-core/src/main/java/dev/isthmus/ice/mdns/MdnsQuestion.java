package dev.isthmus.ice.mdns;

import dev.isthmus.ice.net.TransportAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A name that is asked for: at once, after one second and after three (RFC 6762, section 5.2); after five nobody will answer. */
final class MdnsQuestion {
    private static final long[] TIMES = {TimeUnit.SECONDS.toNanos(1), TimeUnit.SECONDS.toNanos(3), TimeUnit.SECONDS.toNanos(5)};
    private final byte[] bytes;
    private final long since;
    private final List<Consumer<@Nullable TransportAddress>> waiting = new ArrayList<>();
    private int asked;

    MdnsQuestion(byte[] bytes, long nowNanos) {
        this.bytes = bytes;
        this.since = nowNanos;
    }

    void waits(Consumer<@Nullable TransportAddress> answer) {
        waiting.add(answer);
    }

    void answer(@Nullable TransportAddress address) {
        waiting.forEach(each -> each.accept(address));
    }

    byte[] bytes() {
        return bytes.clone();
    }

    /** Returns whether it is to be asked again; if not, the wait is over. */
    boolean again(long nowNanos) {
        while (asked < TIMES.length && since + TIMES[asked] <= nowNanos) {
            asked++;
        }
        return asked < TIMES.length;
    }

    long deadline() {
        return since + TIMES[Math.min(asked, TIMES.length - 1)];
    }
}
