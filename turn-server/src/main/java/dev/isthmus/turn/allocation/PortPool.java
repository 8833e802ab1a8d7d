package dev.isthmus.turn.allocation;

import dev.isthmus.ice.time.RandomSource;

/**
 * The relay ports of one address that belong to one loop: every n-th pair of ports of the range. Taking a port or a pair and giving it back are
 * constant time, and which port comes next cannot be guessed (RFC 8656, section 7.2). A reserved port may be given back by another loop, hence
 * the lock.
 *
 * <p>Each pair of an even port and the next is in at most one of three sets: both free, the even one free, the odd one free.
 */
public final class PortPool {
    private static final int EVEN = 1;
    private static final int ODD = 2;
    private static final int BOTH = EVEN | ODD;

    private final int firstPair;
    private final int index;
    private final int loops;
    private final PairSet[] sets;
    private final byte[] state;
    /** Where in its set a pair stands. */
    private final char[] place;

    /** Pairs in no order. */
    private final class PairSet {
        private final char[] pairs = new char[state.length];
        private int count;

        void add(int pair) {
            place[pair] = (char) count;
            pairs[count++] = (char) pair;
        }

        void remove(int pair) {
            char last = pairs[--count];
            pairs[place[pair]] = last;
            place[last] = place[pair];
        }
    }

    /** Creates the pool of loop {@code index} of {@code loops}. */
    public PortPool(int first, int last, int index, int loops) {
        this.firstPair = first >> 1;
        this.index = index;
        this.loops = loops;
        int pairs = ((last >> 1) - firstPair) / loops + 2;
        state = new byte[pairs];
        place = new char[pairs];
        sets = new PairSet[]{new PairSet(), new PairSet(), new PairSet()}; // for EVEN, ODD and BOTH
        for (int port = first; port <= last; port++) {
            if ((port >> 1) % loops == index) {
                give(port);
            }
        }
    }

    private PairSet set(int ofState) {
        return sets[ofState - 1];
    }

    private int pairOf(int port) {
        return ((port >> 1) - firstPair) / loops;
    }

    private int evenPort(int pair) {
        int first = firstPair + Math.floorMod(index - firstPair, loops);
        return first + pair * loops << 1;
    }

    private void move(int pair, int newState) {
        if (state[pair] != 0) {
            set(state[pair]).remove(pair);
        }
        state[pair] = (byte) newState;
        if (newState != 0) {
            set(newState).add(pair);
        }
    }

    /** Takes a random port, an even one if asked, or returns -1 when none is left. */
    public synchronized int take(boolean evenOnly, RandomSource random) {
        int both = set(BOTH).count;
        int even = set(EVEN).count;
        int odd = evenOnly ? 0 : set(ODD).count;
        int weight = evenOnly ? 1 : 2;
        int choices = both * weight + even + odd;
        if (choices == 0) {
            return -1;
        }
        int choice = random.below(choices);
        if (choice < both * weight) {
            return take(set(BOTH).pairs[choice / weight], choice % weight == 0 ? EVEN : ODD);
        }
        choice -= both * weight;
        return choice < even ? take(set(EVEN).pairs[choice], EVEN) : take(set(ODD).pairs[choice - even], ODD);
    }

    private int take(int pair, int half) {
        move(pair, state[pair] & ~half);
        return evenPort(pair) + (half == ODD ? 1 : 0);
    }

    /** Takes a random even port together with the next one and returns the even one, or -1 when no such pair is left. */
    public synchronized int takePair(RandomSource random) {
        if (set(BOTH).count == 0) {
            return -1;
        }
        int pair = set(BOTH).pairs[random.below(set(BOTH).count)];
        move(pair, 0);
        return evenPort(pair);
    }

    /** Gives a port back. */
    public synchronized void give(int port) {
        int pair = pairOf(port);
        move(pair, state[pair] | ((port & 1) == 0 ? EVEN : ODD));
    }

    /** Returns how many ports are free. */
    public synchronized int free() {
        return 2 * set(BOTH).count + set(EVEN).count + set(ODD).count;
    }
}
