package dev.isthmus.turn.allocation;

import dev.isthmus.ice.time.RandomSource;

/**
 * The relay ports of one loop: every n-th pair of ports of the range. Taking a port and giving it back are constant time, and which port comes
 * next cannot be guessed (RFC 8656, section 7.2).
 */
public final class PortPool {
    private final Half even;
    private final Half odd;

    /** The free ports of one parity. */
    private static final class Half {
        private final char[] free;
        private int count;

        Half(int capacity) {
            free = new char[capacity];
        }

        int take(RandomSource random) {
            int at = random.below(count);
            int port = free[at];
            free[at] = free[--count];
            return port;
        }
    }

    /** Creates the pool of loop {@code index} of {@code loops}. */
    public PortPool(int first, int last, int index, int loops) {
        int capacity = (last - first) / 2 / loops + 2;
        even = new Half(capacity);
        odd = new Half(capacity);
        for (int port = first; port <= last; port++) {
            if ((port >> 1) % loops == index) {
                give(port);
            }
        }
    }

    /** Takes a random port, an even one if asked, or returns -1 when none is left. */
    public int take(boolean evenOnly, RandomSource random) {
        int choice = even.count + (evenOnly ? 0 : odd.count);
        if (choice == 0) {
            return -1;
        }
        return random.below(choice) < even.count ? even.take(random) : odd.take(random);
    }

    /** Gives a port back. */
    public void give(int port) {
        Half half = (port & 1) == 0 ? even : odd;
        half.free[half.count++] = (char) port;
    }
}
