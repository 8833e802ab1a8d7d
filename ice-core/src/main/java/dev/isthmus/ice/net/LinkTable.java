package dev.isthmus.ice.net;

import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The in-memory link: which UDP addresses of this process can be reached without the kernel. It is asked when a route is made, not per packet;
 * a route notices that its sink has closed and asks again. Delivery always goes through a ring and so never re-enters the sender.
 */
public final class LinkTable {
    /** The receiving end of an address of ours. */
    public static final class Sink {
        private final Loop loop;
        private final DatagramHandler handler;
        private volatile boolean open = true;

        private Sink(Loop loop, DatagramHandler handler) {
            this.loop = loop;
            this.handler = handler;
        }

        /** Returns whether packets still arrive here. */
        public boolean isOpen() {
            return open;
        }

        /**
         * Delivers a packet to this sink in its loop's next drain.
         *
         * @param from the sender's loop, on which this is called
         * @param key the flow as the sink sees it: local is its own address, remote the sender's
         */
        public void deliver(Loop from, AddressKey key, ByteBuffer source, int offset, int length) {
            from.handOver(loop, handler, key, source, offset, length);
        }
    }

    private final ConcurrentHashMap<TransportAddress, Sink> sinks = new ConcurrentHashMap<>();
    private final boolean enabled;

    /** Creates a table; a disabled one never finds anything, so that every packet takes the socket. */
    public LinkTable(boolean enabled) {
        this.enabled = enabled;
    }

    /** Makes an address of ours reachable. */
    public void add(TransportAddress advertised, Loop loop, DatagramHandler handler) {
        sinks.put(advertised, new Sink(loop, handler));
    }

    /** Takes an address out; routes that hold its sink see it closed. */
    public void remove(TransportAddress advertised) {
        Sink sink = sinks.remove(advertised);
        if (sink != null) {
            sink.open = false;
        }
    }

    /** Returns the sink of an address, or null when it is not ours, or is to be reached by its socket. */
    public @Nullable Sink find(TransportAddress advertised) {
        return enabled ? sinks.get(advertised) : null;
    }

    /** Returns whether the address is ours now, however it is reached. */
    public boolean holds(TransportAddress advertised) {
        return sinks.containsKey(advertised);
    }
}
