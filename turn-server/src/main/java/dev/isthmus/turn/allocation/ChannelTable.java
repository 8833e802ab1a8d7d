package dev.isthmus.turn.allocation;

import org.jspecify.annotations.Nullable;

/** Channel number to route: open addressing over ints, since a boxed key would cost an object per packet. */
final class ChannelTable {
    private static final int EMPTY = 0;
    private int[] numbers = new int[4];
    private @Nullable PeerRoute[] routes = new @Nullable PeerRoute[4];
    private int count;

    @Nullable
    PeerRoute get(int number) {
        int mask = numbers.length - 1;
        for (int i = slot(number, mask);; i = i + 1 & mask) {
            if (numbers[i] == number) {
                return routes[i];
            }
            if (numbers[i] == EMPTY) {
                return null;
            }
        }
    }

    private static int slot(int number, int mask) {
        return number * 0x9E3779B1 >>> 16 & mask;
    }

    void put(int number, PeerRoute route) {
        if ((count + 1) * 2 > numbers.length) {
            rebuild(numbers.length * 2);
        }
        insert(number, route);
    }

    private void insert(int number, PeerRoute route) {
        int mask = numbers.length - 1;
        int i = slot(number, mask);
        while (numbers[i] != EMPTY && numbers[i] != number) {
            i = i + 1 & mask;
        }
        if (numbers[i] == EMPTY) {
            count++;
        }
        numbers[i] = number;
        routes[i] = route;
    }

    /** Removes every channel whose route is not bound any more. */
    void removeUnbound() {
        rebuild(numbers.length);
    }

    private void rebuild(int size) {
        int[] oldNumbers = numbers;
        @Nullable
        PeerRoute[] oldRoutes = routes;
        numbers = new int[size];
        routes = new @Nullable PeerRoute[size];
        count = 0;
        for (int i = 0; i < oldNumbers.length; i++) {
            PeerRoute route = oldRoutes[i];
            if (oldNumbers[i] != EMPTY && route != null && route.boundChannel() == oldNumbers[i]) {
                insert(oldNumbers[i], route);
            }
        }
    }

    int size() {
        return count;
    }
}
