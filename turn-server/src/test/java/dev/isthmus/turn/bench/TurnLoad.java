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
import dev.isthmus.turn.support.TurnDialog;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Loads any TURN server over UDP: N allocations with a channel each, time-stamped packets at a fixed rate up, down or both ways, and prints one
 * line with what arrived, what it cost the server in CPU time, and what the generator itself used.
 *
 * <p>usage: TurnLoad PORT PID FLOWS PAYLOAD RATE SECONDS up|down|both
 */
public final class TurnLoad {
    private static final int FLOWS_A_PEER = 50;
    private static final int HISTOGRAM_MICROS = 100_000;
    private static final long WARM_UP = TimeUnit.SECONDS.toNanos(1);

    /** One client with its allocation. */
    private static final class Flow {
        final BlockingQueue<byte[]> answers = new LinkedBlockingQueue<>();
        final ByteBuffer packet;
        final int channel;
        @Nullable
        UdpPort client;
        @Nullable
        UdpPort peer;
        @Nullable
        AddressKey toServer;
        @Nullable
        AddressKey toRelay;
        @Nullable
        TurnDialog dialog;
        volatile boolean running;

        Flow(int index, int payload) {
            channel = ChannelData.FIRST_CHANNEL + index % 0x3000;
            packet = ByteBuffer.allocateDirect(payload + ChannelData.HEADER_LENGTH);
            ChannelData.writeHeader(packet, 0, channel, payload);
        }
    }

    private final TransportAddress server;
    private final long pid;
    private final int payload;
    private final List<Flow> flows = new ArrayList<>();
    private final int[] histogram = new int[HISTOGRAM_MICROS + 1];
    private final LoopGroup group = new LoopGroup("load", 1);
    private final Loop loop = group.loop(0);
    private boolean measuring;
    private boolean stopped;
    private long received;
    private long sent;
    private int next;

    private TurnLoad(int port, long pid, int payload) {
        this.server = Objects.requireNonNull(TransportAddress.parse("127.0.0.1", port));
        this.pid = pid;
        this.payload = payload;
    }

    public static void main(String[] a) throws Exception {
        TurnLoad load = new TurnLoad(Integer.parseInt(a[0]), Long.parseLong(a[1]), Integer.parseInt(a[3]));
        try {
            load.open(Integer.parseInt(a[2]));
            load.run(Integer.parseInt(a[4]), Integer.parseInt(a[5]), a[6]);
        } finally {
            load.release();
            load.group.close();
        }
    }

    /** Ends every allocation, so that the next run finds none on its ports. */
    private void release() throws Exception {
        for (Flow flow : flows) {
            flow.running = false;
        }
        for (Flow flow : flows) {
            flow.answers.clear();
            Objects.requireNonNull(flow.dialog).refresh(0);
        }
    }

    private static UdpPort bind(Loop loop, DatagramHandler handler) {
        return loop.submit(
                () -> UdpPort.bind(loop, TransportAddress.ipv4(0x7F000001, 0), new UdpPort.Options(false, 4 << 20, 1 << 20, false),
                        handler))
                .join();
    }

    private void open(int count) throws Exception {
        UdpPort peer = null;
        double before = Cpu.of(pid);
        for (int i = 0; i < count; i++) {
            Flow flow = new Flow(i, payload);
            flow.client = bind(loop, (d, now) -> {
                if (flow.running) {
                    arrived(d.buffer(), d.offset() + ChannelData.HEADER_LENGTH, now);
                } else {
                    byte[] copy = new byte[d.length()];
                    d.buffer().get(d.offset(), copy);
                    flow.answers.add(copy);
                }
            });
            if (i % FLOWS_A_PEER == 0) {
                peer = bind(loop, (d, now) -> arrived(d.buffer(), d.offset(), now));
            }
            flow.peer = Objects.requireNonNull(peer);
            flows.add(flow);
            allocate(flow);
        }
        System.out.printf(Locale.ROOT, "us_per_allocation=%.1f%n", (Cpu.of(pid) - before) * 1e6 / count);
    }

    private void allocate(Flow flow) throws Exception {
        UdpPort client = Objects.requireNonNull(flow.client);
        UdpPort peer = Objects.requireNonNull(flow.peer);
        AddressKey key = AddressKey.of(client.local(), server);
        flow.toServer = key;
        TurnDialog dialog = new TurnDialog(request -> {
            for (int tries = 0; tries < 7; tries++) {
                loop.submit(() -> {
                    client.send(key, ByteBuffer.wrap(request), 0, request.length);
                    return true;
                }).join();
                byte[] answer = flow.answers.poll(500, TimeUnit.MILLISECONDS);
                while (answer != null && (answer.length < 20 || answer[0] >= 0x40)) {
                    answer = flow.answers.poll(500, TimeUnit.MILLISECONDS); // data that was still under way
                }
                if (answer != null && Arrays.equals(answer, 8, 20, request, 8, 20)) {
                    return answer;
                }
            }
            return null;
        }, "user", "pass");
        flow.dialog = dialog;
        int code = dialog.allocate();
        if (code != 0) {
            throw new IllegalStateException("Allocate: " + code);
        }
        flow.toRelay = AddressKey.of(peer.local(), dialog.relayed());
        code = dialog.bind(flow.channel, peer.local());
        if (code != 0) {
            throw new IllegalStateException("ChannelBind: " + code);
        }
        flow.running = true;
    }

    private void arrived(ByteBuffer bytes, int offset, long now) {
        if (measuring) {
            received++;
            histogram[(int) Math.min(HISTOGRAM_MICROS, Math.max(0, now - bytes.getLong(offset)) / 1000)]++;
        }
    }

    private void run(int rate, int seconds, String direction) throws Exception {
        boolean up = !direction.equals("down");
        boolean down = !direction.equals("up");
        int ways = up && down ? 2 : 1;
        long start = System.nanoTime();
        long[] offered = {0};
        loop.submit(() -> {
            loop.wheel().file(new Wheel.Entry(now -> {
                if (stopped) {
                    return Deadline.NONE;
                }
                long due = (long) ((now - start) / 1e9 * rate / ways);
                long most = offered[0] + Math.max(1, rate / 100);
                while (offered[0] < due && offered[0] < most) {
                    send(up, down, now);
                    offered[0]++;
                }
                offered[0] = Math.max(offered[0], due - rate / 100); // fallen behind: not caught up without end
                return now + 1;
            }), start);
            return true;
        }).join();
        after(WARM_UP);
        double[] cpu = on(() -> {
            measuring = true;
            sent = 0;
            return new double[]{Cpu.of(pid), Cpu.of(ProcessHandle.current().pid())};
        });
        after(TimeUnit.SECONDS.toNanos(seconds));
        double[] used = on(() -> {
            measuring = false;
            stopped = true;
            return new double[]{Cpu.of(pid) - cpu[0], Cpu.of(ProcessHandle.current().pid()) - cpu[1]};
        });
        System.out.printf(Locale.ROOT,
                "flows=%d payload=%d direction=%s rate=%d sent_per_s=%d received_per_s=%d loss_percent=%.3f p50_us=%d p99_us=%d "
                        + "us_per_packet=%.2f server_cpu=%.2f generator_cpu=%.2f%n",
                flows.size(), payload, direction, rate, sent / seconds, received / seconds,
                sent == 0 ? 0 : Math.max(0, 100.0 * (sent - received) / sent), percentile(0.5), percentile(0.99),
                used[0] * 1e6 / Math.max(1, received),
                used[0] / seconds, used[1] / seconds);
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

    private void send(boolean up, boolean down, long now) {
        Flow flow = flows.get(next);
        next = next + 1 == flows.size() ? 0 : next + 1;
        flow.packet.putLong(ChannelData.HEADER_LENGTH, now);
        if (up) {
            Objects.requireNonNull(flow.client).send(Objects.requireNonNull(flow.toServer), flow.packet, 0,
                    payload + ChannelData.HEADER_LENGTH);
            sent++;
        }
        if (down) {
            Objects.requireNonNull(flow.peer).send(Objects.requireNonNull(flow.toRelay), flow.packet, ChannelData.HEADER_LENGTH, payload);
            sent++;
        }
    }

    private int percentile(double part) {
        long wanted = (long) (received * part);
        long seen = 0;
        for (int micros = 0; micros < histogram.length; micros++) {
            seen += histogram[micros];
            if (seen > wanted) {
                return micros;
            }
        }
        return HISTOGRAM_MICROS;
    }
}
