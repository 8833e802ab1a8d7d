package dev.isthmus.gateway.bench;

import dev.isthmus.gateway.peer.RTCConfiguration;
import dev.isthmus.gateway.peer.RTCDataChannel;
import dev.isthmus.gateway.peer.RTCPeerConnection;
import dev.isthmus.gateway.peer.net.PeerNetwork;
import dev.isthmus.ice.net.TransportAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Two connections of one process on loops of their own, and a data channel between them: how much it carries, and how long a message takes to return. */
public final class ChannelBench {
    private static final int MESSAGE = 65_536;
    private static final long MOST_WAITING = 4L << 20;
    private static final int ROUNDS = 5;
    private static final int ROUND_TRIPS = 2000;

    private ChannelBench() {}

    /** Runs it; prints a line for each measure, with the median of the rounds and their spread. */
    public static void main(String[] args) throws Exception {
        PeerNetwork.Options options = PeerNetwork.Options.usual().withLoops(2)
                .withHosts(List.of(Objects.requireNonNull(TransportAddress.parse("127.0.0.1", 0))));
        try (PeerNetwork network = PeerNetwork.start(options);
                RTCPeerConnection a = new RTCPeerConnection(RTCConfiguration.DEFAULT, network);
                RTCPeerConnection b = new RTCPeerConnection(RTCConfiguration.DEFAULT, network)) {
            a.setOnIcecandidate(e -> b.addIceCandidate(e.getCandidate()));
            b.setOnIcecandidate(e -> a.addIceCandidate(e.getCandidate()));
            RTCDataChannel channel = a.createDataChannel("bench");
            CompletableFuture<Boolean> open = new CompletableFuture<>();
            channel.setOnOpen(e -> open.complete(true));
            CompletableFuture<RTCDataChannel> other = new CompletableFuture<>();
            b.setOnDatachannel(e -> other.complete(e.getChannel()));
            a.setLocalDescription().get(10, TimeUnit.SECONDS);
            b.setRemoteDescription(Objects.requireNonNull(a.getLocalDescription())).get(10, TimeUnit.SECONDS);
            b.setLocalDescription().get(10, TimeUnit.SECONDS);
            a.setRemoteDescription(Objects.requireNonNull(b.getLocalDescription())).get(10, TimeUnit.SECONDS);
            open.get(10, TimeUnit.SECONDS);
            throughput(channel, other.get(10, TimeUnit.SECONDS));
            roundTrips(channel, other.get());
        }
    }

    private static void throughput(RTCDataChannel from, RTCDataChannel to) throws Exception {
        AtomicLong received = new AtomicLong();
        to.setOnMessage(e -> received.addAndGet(((byte[]) e.getData()).length));
        byte[] message = new byte[MESSAGE];
        double[] rates = new double[ROUNDS];
        for (int round = -1; round < ROUNDS; round++) {
            long before = received.get();
            long began = System.nanoTime();
            while (System.nanoTime() - began < TimeUnit.SECONDS.toNanos(3)) {
                if (from.getBufferedAmount() < MOST_WAITING) {
                    from.send(message);
                } else {
                    Thread.onSpinWait();
                }
            }
            if (round >= 0) {
                rates[round] = (received.get() - before) / 1e6 / ((System.nanoTime() - began) / 1e9);
            }
        }
        Arrays.sort(rates);
        System.out.printf("throughput, 64 KB messages: %.0f MB/s (%.0f-%.0f)%n", rates[ROUNDS / 2], rates[0], rates[ROUNDS - 1]);
        CompletableFuture<Boolean> empty = new CompletableFuture<>();
        from.setOnBufferedamountlow(e -> empty.complete(true));
        if (from.getBufferedAmount() > 0) {
            empty.get(10, TimeUnit.SECONDS);
        }
    }

    private static void roundTrips(RTCDataChannel from, RTCDataChannel to) throws Exception {
        to.setOnMessage(e -> {
            if (e.getData() instanceof String text) {
                to.send(text);
            }
        });
        double[] micros = new double[ROUND_TRIPS];
        for (int i = -500; i < ROUND_TRIPS; i++) {
            CompletableFuture<Boolean> back = new CompletableFuture<>();
            from.setOnMessage(e -> back.complete(true));
            long began = System.nanoTime();
            from.send("x");
            back.get(10, TimeUnit.SECONDS);
            if (i >= 0) {
                micros[i] = (System.nanoTime() - began) / 1e3;
            }
        }
        Arrays.sort(micros);
        System.out.printf("round trip: median %.0f us, 99 %% %.0f us%n", micros[ROUND_TRIPS / 2], micros[ROUND_TRIPS * 99 / 100]);
    }
}
