package dev.isthmus.gateway.peer;

import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The channels of a connection in their order, by their ids, and what they make us keep. With the connection's lock held. */
final class ChannelTable implements Iterable<RTCDataChannel> {
    static final int MOST_IDS = 65_535;
    private final Set<RTCDataChannel> channels = new LinkedHashSet<>();
    private final Map<Integer, RTCDataChannel> byId = new HashMap<>();
    /** Where the search for a free id begins: those below, of our parity, are in use. */
    private int firstFree;
    private long buffered;
    private long names;

    @Override
    public Iterator<RTCDataChannel> iterator() {
        return channels.iterator();
    }

    List<RTCDataChannel> all() {
        return List.copyOf(channels);
    }

    @Nullable
    RTCDataChannel withId(int id) {
        return byId.get(id);
    }

    /** Adds one, with an id or -1. */
    void add(RTCDataChannel channel, int id) {
        channels.add(channel);
        names += length(channel);
        assign(channel, id);
    }

    void assign(RTCDataChannel channel, int id) {
        channel.id = id;
        if (id >= 0) {
            byId.put(id, channel);
        }
    }

    void remove(RTCDataChannel channel) {
        if (channels.remove(channel)) {
            names -= length(channel);
            buffered -= channel.getBufferedAmount();
            byId.remove(channel.id, channel);
            firstFree = channel.id < 0 ? firstFree : Math.min(firstFree, channel.id);
        }
    }

    /** Returns the first id of a parity that no channel has, or -1. */
    int freeId(int parity) {
        for (int id = firstFree / 2 * 2 + parity; id < MOST_IDS; id += 2) {
            if (!byId.containsKey(id)) {
                firstFree = id;
                return id;
            }
        }
        return -1;
    }

    private static int length(RTCDataChannel of) {
        return of.label.length() + of.init.protocol().length();
    }

    /** So much more waits to be sent, or less. */
    void buffered(long bytes) {
        buffered += bytes;
    }

    /** Returns how many bytes wait to be sent on all. */
    long buffered() {
        return buffered;
    }

    /** Returns how many characters all names have. */
    long names() {
        return names;
    }
}
