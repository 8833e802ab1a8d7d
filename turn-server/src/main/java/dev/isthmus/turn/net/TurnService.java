package dev.isthmus.turn.net;

import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.net.LinkTable;
import dev.isthmus.ice.net.Loop;
import dev.isthmus.ice.net.PortException;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.net.UdpPort;
import dev.isthmus.ice.time.RandomSource;
import dev.isthmus.ice.time.WallClock;
import dev.isthmus.turn.allocation.PortPool;
import dev.isthmus.turn.auth.Quota;
import dev.isthmus.turn.server.TurnConfig;
import dev.isthmus.turn.server.TurnReason;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;

/** A running TURN server on a group of loops: one listener socket per loop and address, sharing the port. */
public final class TurnService implements AutoCloseable {
    private static final int LISTENER_BUFFER = 4 << 20;
    private final List<TurnLoop> loops = new ArrayList<>();
    private final List<TransportAddress> listeners = new ArrayList<>();

    /**
     * How a service is set up.
     *
     * @param listeners addresses to listen on; port 0 takes any free one
     * @param descriptors open UDP sockets to listen on instead, one loop each
     * @param firstPort the first relay port
     * @param lastPort the last relay port
     * @param trains whether trains of datagrams may cross the kernel as one
     */
    public record Setup(TurnConfig config, List<TransportAddress> listeners, List<Integer> descriptors, int firstPort, int lastPort,
            boolean trains) {}

    private TurnService() {}

    /** Opens every port and returns the running service, or names the port that could not be opened. */
    public static TurnService start(List<Loop> loops, Setup setup, LinkTable links, RandomSource random, WallClock wallClock)
            throws PortException {
        TurnService service = new TurnService();
        TurnLoop.Shared shared = new TurnLoop.Shared(setup.config(), new Quota(), links, random, wallClock, random.bytes(32),
                setup.trains());
        for (Loop loop : loops) {
            PortPool ports = new PortPool(setup.firstPort(), setup.lastPort(), loop.index(), loops.size());
            service.loops.add(new TurnLoop(loop, shared, ports));
        }
        try {
            service.open(setup);
        } catch (PortException e) {
            service.close();
            throw e;
        }
        return service;
    }

    private void open(Setup setup) throws PortException {
        for (int i = 0; i < setup.descriptors().size(); i++) {
            TurnLoop turn = loops.get(i % loops.size());
            int descriptor = setup.descriptors().get(i);
            on(turn, () -> {
                turn.adopt(descriptor);
                return descriptor;
            });
        }
        if (!setup.descriptors().isEmpty()) {
            return;
        }
        UdpPort.Options options = new UdpPort.Options(loops.size() > 1, LISTENER_BUFFER, LISTENER_BUFFER, setup.trains());
        for (TransportAddress address : setup.listeners()) {
            TransportAddress bound = address;
            if (options.reusePort() && address.port() != 0) {
                refuseIfTaken(address);
            }
            for (TurnLoop turn : loops) {
                TransportAddress wanted = bound;
                bound = on(turn, () -> turn.listen(wanted, options));
            }
            listeners.add(bound);
        }
    }

    /** A shared port would be shared with another process of the same user too, which then takes half of the clients. */
    private void refuseIfTaken(TransportAddress address) throws PortException {
        TurnLoop first = loops.get(0);
        on(first, () -> {
            UdpPort.bind(first.loop(), address, UdpPort.Options.DEFAULT, (datagram, now) -> {}).close();
            return true;
        });
    }

    private static <T> T on(TurnLoop turn, Callable<T> task) throws PortException {
        try {
            return turn.loop().submit(task).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof PortException p) {
                throw p;
            }
            throw e;
        }
    }

    /** Returns the addresses that are listened on, with their real ports. */
    public List<TransportAddress> listeners() {
        return List.copyOf(listeners);
    }

    /** Returns the counters of each loop. */
    public List<Counters<TurnReason>> counters() {
        return loops.stream().map(TurnLoop::counters).toList();
    }

    /** Returns one count, added up over the loops. */
    public long count(TurnReason reason) {
        return counters().stream().mapToLong(c -> c.get(reason)).sum();
    }

    /** Returns how many allocations there are, asked of every loop. */
    public int allocations() {
        return loops.stream().mapToInt(t -> t.loop().submit(t::allocations).join()).sum();
    }

    /** Closes every port. */
    @Override
    public void close() {
        for (TurnLoop turn : loops) {
            turn.loop().submit(() -> {
                turn.close();
                return true;
            }).join();
        }
    }
}
