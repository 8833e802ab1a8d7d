package dev.isthmus.gateway.bench;

import dev.isthmus.gateway.peer.RTCConfiguration;
import dev.isthmus.gateway.peer.RTCDataChannel;
import dev.isthmus.gateway.peer.RTCDataChannelState;
import dev.isthmus.gateway.peer.RTCIceGatheringState;
import dev.isthmus.gateway.peer.RTCPeerConnection;
import dev.isthmus.gateway.peer.RTCSdpType;
import dev.isthmus.gateway.peer.RTCSessionDescription;
import dev.isthmus.gateway.peer.net.PeerNetwork;
import dev.isthmus.ice.net.TransportAddress;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** One end of the data channel benchmark, a process of its own, driven by lines of JSON. */
public final class ChannelEnd {
    private static final long MOST_WAITING = 4L << 20;
    private final RTCPeerConnection pc;
    private final AtomicLong received = new AtomicLong();
    private final SynchronousQueue<String> returned = new SynchronousQueue<>();
    private volatile boolean asks;
    private volatile @Nullable RTCDataChannel channel;

    private ChannelEnd(PeerNetwork network) {
        pc = new RTCPeerConnection(RTCConfiguration.DEFAULT, network);
        pc.setOnDatachannel(e -> take(e.getChannel()));
    }

    /** Does what is asked on standard input until that ends. */
    public static void main(String[] args) throws Exception {
        try (PeerNetwork network = PeerNetwork.start(PeerNetwork.Options.usual().withLoops(1)
                .withHosts(List.of(Objects.requireNonNull(TransportAddress.parse("127.0.0.1", 0)))))) {
            ChannelEnd end = new ChannelEnd(network);
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                System.out.println("OK " + JsonLine.write(end.answer((Map<?, ?>) JsonLine.read(line))));
            }
            end.pc.close();
        }
    }

    private void take(RTCDataChannel opened) {
        channel = opened;
        opened.setOnMessage(e -> {
            if (e.getData() instanceof byte[] bytes) {
                received.addAndGet(bytes.length);
            } else if (asks) {
                hand((String) e.getData());
            } else {
                opened.send((String) e.getData());
            }
        });
    }

    private void hand(String text) {
        try {
            returned.put(text);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Object answer(Map<?, ?> op) throws Exception {
        return switch (String.valueOf(op.get("op"))) {
            case "channel" -> {
                take(pc.createDataChannel("bench"));
                yield "";
            }
            case "offer" -> described();
            case "answer" -> {
                set(RTCSdpType.OFFER, op);
                yield described();
            }
            case "accept" -> {
                set(RTCSdpType.ANSWER, op);
                yield "";
            }
            case "state" -> channel == null ? "" : String.valueOf(channel().getReadyState());
            case "received" -> received.get();
            case "flood" -> {
                flood(number(op, "size"), number(op, "millis"));
                yield "";
            }
            case "roundTrips" -> roundTrips(number(op, "count"));
            default -> throw new IllegalArgumentException(op.toString());
        };
    }

    private static int number(Map<?, ?> op, String name) {
        return ((Number) Objects.requireNonNull(op.get(name))).intValue();
    }

    private RTCDataChannel channel() {
        return Objects.requireNonNull(channel);
    }

    private void set(RTCSdpType type, Map<?, ?> op) throws Exception {
        pc.setRemoteDescription(new RTCSessionDescription(type, String.valueOf(op.get("sdp")))).get(10, TimeUnit.SECONDS);
    }

    private String described() throws Exception {
        pc.setLocalDescription().get(10, TimeUnit.SECONDS);
        while (pc.getIceGatheringState() != RTCIceGatheringState.COMPLETE) {
            Thread.onSpinWait();
        }
        return Objects.requireNonNull(pc.getLocalDescription()).sdp();
    }

    private void flood(int size, long millis) throws InterruptedException {
        byte[] message = new byte[size];
        SynchronousQueue<Boolean> low = new SynchronousQueue<>();
        channel().setBufferedAmountLowThreshold(MOST_WAITING / 2);
        channel().setOnBufferedamountlow(e -> low.offer(true));
        for (long began = System.nanoTime(); System.nanoTime() - began < TimeUnit.MILLISECONDS.toNanos(millis);) {
            if (channel().getBufferedAmount() < MOST_WAITING) {
                channel().send(message);
            } else {
                low.poll(1, TimeUnit.MILLISECONDS); // a loop alone would take the core from what sends
            }
        }
        while (channel().getBufferedAmount() > 0 && channel().getReadyState() == RTCDataChannelState.OPEN) {
            low.poll(1, TimeUnit.MILLISECONDS);
        }
    }

    private double[] roundTrips(int count) throws InterruptedException {
        asks = true;
        double[] micros = new double[count];
        for (int i = 0; i < count; i++) {
            long began = System.nanoTime();
            channel().send("x");
            Objects.requireNonNull(returned.poll(10, TimeUnit.SECONDS));
            micros[i] = (System.nanoTime() - began) / 1e3;
        }
        Arrays.sort(micros);
        return new double[]{micros[count / 2], micros[count * 99 / 100]};
    }
}
