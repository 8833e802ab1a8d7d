package dev.isthmus.turn.bench;

import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.DatagramHandler;
import dev.isthmus.ice.net.Loop;
import dev.isthmus.ice.net.LoopGroup;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.net.UdpPort;
import dev.isthmus.ice.net.Wheel;
import dev.isthmus.ice.time.Deadline;
import dev.isthmus.ice.turn.ChannelData;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Loads any TURN server over UDP: N allocations with a channel each, time-stamped packets at a fixed rate up, down or both ways, and prints one
 * line with what arrived, what it cost the server in CPU time, and what the generator itself used. It never sleeps while it sends: packets
 * leave when they are due, not once a millisecond, so that a server sees them come as they would from many clients.
 *
 * <p>usage: TurnLoad PORT PID FLOWS PAYLOAD RATE SECONDS up|down|both BURST, or TurnLoad PORT PID FLOWS hold, which makes the allocations and
 * keeps them until its standard input ends. A burst above 1 leaves as one train, as a network card with GRO would hand it to the server.
 */
public final class TurnLoad {
    private static final int FLOWS_A_PEER = 50;
    private static final int AT_ONCE = 32;
    private static final byte FIRST_OF_CHANNELS = 0x40;
    /** A permission lasts 300 s, and with it a channel's use. */
    private static final int REFRESH_SECONDS = 200;
    private static final int SAMPLES = 4_000_000;
    private static final int LARGEST_ROUND = 256;
    private static final long WARM_UP = TimeUnit.SECONDS.toNanos(1);

    private final TransportAddress server;
    private final long pid;
    private final int payload;
    private final int burst;
    private final List<LoadFlow> flows = new ArrayList<>();
    private final Latencies latencies = new Latencies(SAMPLES);
    private final LoopGroup group = new LoopGroup("load", 1);
    private final Loop loop = group.loop(0);
    private final AddressKey nowhere = new AddressKey();
    private final ByteBuffer nothing = ByteBuffer.allocateDirect(1);
    private @Nullable DatagramHandler rounds;
    private boolean up;
    private boolean down;
    private boolean measuring;
    private boolean stopped;
    private long received;
    private long sent;
    private long offered;
    private int next;

    private TurnLoad(int port, long pid, int payload, int burst) {
        this.server = Objects.requireNonNull(TransportAddress.parse("127.0.0.1", port));
        this.pid = pid;
        this.payload = payload;
        this.burst = burst;
    }

    public static void main(String[] a) throws Exception {
        boolean hold = a[3].equals("hold");
        TurnLoad load = new TurnLoad(Integer.parseInt(a[0]), Long.parseLong(a[1]), hold ? 0 : Integer.parseInt(a[3]),
                hold ? 1 : Integer.parseInt(a[7]));
        try {
            load.open(Integer.parseInt(a[2]), hold || !a[6].equals("down"), hold || !a[6].equals("up"));
            if (hold) {
                System.in.transferTo(System.out);
            } else {
                load.run(Integer.parseInt(a[4]), Integer.parseInt(a[5]));
            }
        } finally {
            load.forEach(LoadFlow::release);
            load.group.close();
        }
    }

    private interface Step {
        void on(LoadFlow flow) throws Exception;
    }

    /** Does something with every flow, some at a time. */
    private void forEach(Step step) throws Exception {
        try (ExecutorService workers = Executors.newFixedThreadPool(AT_ONCE)) {
            List<Future<?>> all = new ArrayList<>();
            for (LoadFlow flow : flows) {
                all.add(workers.submit(() -> {
                    step.on(flow);
                    return null;
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
    }

    /** Only the sending side of a train forms it: the receiving side takes packets one by one, as a far client would. */
    private UdpPort bind(boolean sends, DatagramHandler handler) {
        UdpPort.Options options = new UdpPort.Options(false, 4 << 20, 1 << 20, sends && burst > 1);
        return loop.submit(() -> UdpPort.bind(loop, TransportAddress.ipv4(0x7F000001, 0), options, handler)).join();
    }

    private void open(int count, boolean upwards, boolean downwards) throws Exception {
        up = upwards;
        down = downwards;
        UdpPort peer = null;
        for (int i = 0; i < count; i++) {
            LoadFlow flow = new LoadFlow(loop, server, i, payload);
            flow.clients = () -> bind(up, (d, now) -> {
                if (flow.running && d.buffer().get(d.offset()) >= FIRST_OF_CHANNELS) {
                    arrived(d.buffer(), d.offset() + ChannelData.HEADER_LENGTH, now);
                } else {
                    flow.answered(d);
                }
            });
            if (peer == null || i % FLOWS_A_PEER == 0) {
                peer = bind(down, (d, now) -> arrived(d.buffer(), d.offset(), now));
            }
            flow.peer = peer;
            flows.add(flow);
        }
        double before = Cpu.of(pid);
        forEach(LoadFlow::allocate);
        System.out.printf(Locale.ROOT, "us_per_allocation=%.1f%n", (Cpu.of(pid) - before) * 1e6 / count);
    }

    private void arrived(ByteBuffer bytes, int offset, long now) {
        if (measuring) {
            received++;
            latencies.add(now, now - bytes.getLong(offset));
        }
    }

    /** One round: what is due leaves, then the loop reads its sockets, then this comes again by the loop's ring to itself, which never waits. */
    private void round(long start, double packetsPerNano, long now) {
        if (stopped) {
            return;
        }
        long due = (long) ((now - start) * packetsPerNano);
        long most = offered + LARGEST_ROUND;
        while (offered + burst <= due && offered < most) {
            send(now);
            offered += burst;
        }
        again(Objects.requireNonNull(rounds));
    }

    private void again(DatagramHandler handler) {
        loop.handOver(loop, handler, nowhere, nothing, 0, 1);
    }

    private void run(int rate, int seconds) throws Exception {
        int ways = up && down ? 2 : 1;
        long start = System.nanoTime();
        DatagramHandler handler = (d, now) -> round(start, rate / 1e9 / ways, now);
        rounds = handler;
        loop.execute(() -> again(handler));
        after(WARM_UP);
        double[] before = on(() -> {
            measuring = true;
            sent = 0;
            return new double[]{Cpu.of(pid), Cpu.of(ProcessHandle.current().pid()), System.nanoTime()};
        });
        for (int left = seconds; left > 0; left -= REFRESH_SECONDS) {
            after(TimeUnit.SECONDS.toNanos(Math.min(left, REFRESH_SECONDS)));
            if (left > REFRESH_SECONDS) {
                forEach(LoadFlow::refresh);
            }
        }
        double[] used = on(() -> {
            stopped = true;
            return new double[]{Cpu.of(pid) - before[0], Cpu.of(ProcessHandle.current().pid()) - before[1],
                    (System.nanoTime() - before[2]) / 1e9};
        });
        after(TimeUnit.MILLISECONDS.toNanos(200)); // what is still under way counts as delivered
        System.out.printf(Locale.ROOT,
                "offered_per_s=%d sent_per_s=%.0f received_per_s=%.0f loss_percent=%.3f p50_us=%d p99_us=%d "
                        + "p50_undisturbed_us=%d p99_undisturbed_us=%d us_per_packet=%.3f server_cpu=%.3f generator_cpu=%.3f%n",
                rate, sent / used[2], received / used[2], sent == 0 ? 0 : Math.max(0, 100.0 * (sent - received) / sent),
                latencies.percentile(0.5), latencies.percentile(0.99), latencies.undisturbed(0.5), latencies.undisturbed(0.99),
                used[0] * 1e6 / Math.max(1, received), used[0] / used[2], used[1] / used[2]);
    }

    private double[] on(Callable<double[]> task) {
        return loop.submit(task).join();
    }

    /** Waits by the loop's own timer. */
    private void after(long nanos) throws Exception {
        CompletableFuture<Boolean> over = new CompletableFuture<>();
        long deadline = System.nanoTime() + nanos;
        loop.execute(() -> loop.wheel().file(new Wheel.Entry(now -> {
            over.complete(true);
            return Deadline.NONE;
        }), deadline));
        over.get(nanos + TimeUnit.SECONDS.toNanos(30), TimeUnit.NANOSECONDS);
    }

    private void send(long now) {
        LoadFlow flow = flows.get(next);
        next = next + 1 == flows.size() ? 0 : next + 1;
        flow.packet.putLong(ChannelData.HEADER_LENGTH, now);
        for (int i = 0; i < burst; i++) {
            if (up) {
                send(flow.client, flow.toServer, flow.packet, 0, payload + ChannelData.HEADER_LENGTH);
            }
            if (down) {
                send(flow.peer, flow.toRelay, flow.packet, ChannelData.HEADER_LENGTH, payload);
            }
        }
    }

    private void send(@Nullable UdpPort port, @Nullable AddressKey to, ByteBuffer bytes, int offset, int length) {
        if (port != null && to != null) {
            port.send(to, bytes, offset, length);
            sent++;
        }
    }
}
