package dev.isthmus.turn.natlab;

import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.Loop;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.net.UdpPort;
import dev.isthmus.ice.sim.SimNat.Filtering;
import dev.isthmus.ice.sim.SimNat.Mapping;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Finds out how a NAT behaves, as RFC 5780 does: by where packets seem to come from, and by whose are let in. */
final class NatProbe implements AutoCloseable {
    private static final int WAIT_MILLIS = 400;
    private final Loop inside;
    private final TransportAddress host;
    /** Two ports of each of the server's two addresses. */
    private final List<Socket> outside = new ArrayList<>();

    /** A socket that keeps from where it was reached. */
    private static final class Socket {
        final BlockingQueue<TransportAddress> from = new LinkedBlockingQueue<>();
        final Loop loop;
        final UdpPort port;

        Socket(Loop loop, TransportAddress address) {
            this.loop = loop;
            this.port = loop.submit(() -> UdpPort.bind(loop, address, UdpPort.Options.DEFAULT, (d, now) -> from.add(d.key().remote())))
                    .join();
        }

        void send(TransportAddress to) {
            loop.submit(() -> {
                port.send(AddressKey.of(port.local(), to), ByteBuffer.wrap(new byte[]{1}), 0, 1);
                return true;
            }).join();
        }

        @Nullable
        TransportAddress reached() throws InterruptedException {
            return from.poll(WAIT_MILLIS, TimeUnit.MILLISECONDS);
        }

        void close() {
            loop.submit(() -> {
                port.close();
                return true;
            }).join();
        }
    }

    NatProbe(Loop server, NatLab.Place place) {
        this.inside = place.loop();
        this.host = place.host();
        for (String address : List.of(NatLab.SERVER, NatLab.OTHER)) {
            outside.add(new Socket(server, Objects.requireNonNull(TransportAddress.parse(address, 0))));
            outside.add(new Socket(server, Objects.requireNonNull(TransportAddress.parse(address, 0))));
        }
    }

    /** Whether the outside address depends on whom is spoken to (RFC 4787, section 4.1). */
    Mapping mapping() throws InterruptedException {
        Socket client = new Socket(inside, host);
        try {
            List<TransportAddress> seen = new ArrayList<>();
            for (Socket each : outside) {
                client.send(each.port.local());
                seen.add(Objects.requireNonNull(each.reached(), "nothing comes through"));
            }
            return seen.stream().distinct().count() == 1 ? Mapping.ENDPOINT_INDEPENDENT : Mapping.ADDRESS_AND_PORT_DEPENDENT;
        } finally {
            client.close();
        }
    }

    /** Who is let in where only the first of the server's sockets was spoken to (RFC 4787, section 5). */
    Filtering filtering() throws InterruptedException {
        Socket client = new Socket(inside, host);
        try {
            client.send(outside.get(0).port.local());
            TransportAddress mapped = Objects.requireNonNull(outside.get(0).reached(), "nothing comes through");
            outside.get(0).send(mapped);
            Objects.requireNonNull(client.reached(), "not even the answer comes in");
            outside.get(2).send(mapped);
            if (client.reached() != null) {
                return Filtering.ENDPOINT_INDEPENDENT;
            }
            outside.get(1).send(mapped);
            return client.reached() != null ? Filtering.ADDRESS_DEPENDENT : Filtering.ADDRESS_AND_PORT_DEPENDENT;
        } finally {
            client.close();
        }
    }

    /** Whether an outside address of the NAT can be reached from behind it, and by which address (RFC 4787, section 6). */
    boolean hairpins(NatLab.Place neighbour) throws InterruptedException {
        Socket one = new Socket(inside, host);
        Socket two = new Socket(neighbour.loop(), neighbour.host());
        try {
            one.send(outside.get(0).port.local());
            TransportAddress mappedOne = Objects.requireNonNull(outside.get(0).reached(), "nothing comes through");
            two.send(outside.get(0).port.local());
            TransportAddress mappedTwo = Objects.requireNonNull(outside.get(0).reached(), "nothing comes through");
            two.send(mappedOne); // opens the neighbour's own router
            one.reached();
            one.send(mappedTwo);
            return mappedOne.equals(two.reached());
        } finally {
            one.close();
            two.close();
        }
    }

    /** Whether an answer still comes in after that long a silence. */
    boolean remembers(int seconds) throws InterruptedException {
        Socket client = new Socket(inside, host);
        try {
            client.send(outside.get(0).port.local());
            TransportAddress mapped = Objects.requireNonNull(outside.get(0).reached(), "nothing comes through");
            if (client.from.poll(seconds, TimeUnit.SECONDS) != null) {
                throw new AssertionError("nobody has sent anything");
            }
            outside.get(0).send(mapped);
            return client.reached() != null;
        } finally {
            client.close();
        }
    }

    /** Whether anything at all comes through. */
    boolean passes() throws InterruptedException {
        Socket client = new Socket(inside, host);
        try {
            client.send(outside.get(0).port.local());
            return outside.get(0).reached() != null;
        } finally {
            client.close();
        }
    }

    @Override
    public void close() {
        outside.forEach(Socket::close);
    }
}
