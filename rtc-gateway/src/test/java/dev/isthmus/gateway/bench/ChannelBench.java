package dev.isthmus.gateway.bench;

import dev.isthmus.gateway.peer.RTCConfiguration;
import dev.isthmus.gateway.peer.RTCDataChannel;
import dev.isthmus.gateway.peer.RTCDataChannelInit;
import dev.isthmus.gateway.peer.RTCDataChannelState;
import dev.isthmus.gateway.peer.RTCPeerConnection;
import dev.isthmus.gateway.peer.net.PeerNetwork;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.support.Command;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * Data channels of ours and of libdatachannel in turn: two processes each, one core for each end, over loopback. How much 64 KB messages carry, how long a message takes to
 * return, and what an idle channel of ours keeps. Prints Markdown, and JSON into {@code target/channels.json}.
 */
public final class ChannelBench {
    private static final int MESSAGE = 65_536;
    private static final int MILLIS = 4000;
    private static final int ROUND_TRIPS = 3000;
    private static final int CHANNELS = 10_000;
    private static final int SECONDS = 60;

    private ChannelBench() {}

    /** The ends of one side of the comparison. */
    private static final class Side implements AutoCloseable {
        private final Command from;
        private final Command to;

        Side(List<String> command) throws Exception {
            from = end(0, command);
            to = end(1, command);
            ask(from, "channel");
            String answer = (String) ask(to, "answer", "sdp", ask(from, "offer"));
            ask(from, "accept", "sdp", answer);
            while (!ask(from, "state").equals("open") || !ask(to, "state").equals("open")) {
                Thread.onSpinWait();
            }
        }

        private static Command end(int core, List<String> command) throws Exception {
            List<String> pinned = new ArrayList<>(List.of("taskset", "-c", Integer.toString(core)));
            pinned.addAll(command);
            return Command.talking(pinned.toArray(String[]::new));
        }

        private static Object ask(Command of, String op, Object... more) throws Exception {
            Map<String, Object> question = new LinkedHashMap<>(Map.of("op", op));
            for (int i = 0; i < more.length; i += 2) {
                question.put((String) more[i], more[i + 1]);
            }
            of.say(JsonLine.write(question));
            String line = of.line(SECONDS, l -> l.startsWith("OK ") || l.startsWith("ERROR "));
            if (line.startsWith("ERROR ")) {
                throw new IllegalStateException(line);
            }
            return JsonLine.read(line.substring(3));
        }

        /** Returns MB/s, as they arrive. */
        double throughput() throws Exception {
            double before = (Double) ask(to, "received");
            long began = System.nanoTime();
            ask(from, "flood", "size", MESSAGE, "millis", MILLIS);
            return ((Double) ask(to, "received") - before) / 1e6 / ((System.nanoTime() - began) / 1e9);
        }

        /** Returns microseconds in the median. */
        double roundTrip() throws Exception {
            return (Double) ((List<?>) ask(from, "roundTrips", "count", ROUND_TRIPS)).get(0);
        }

        @Override
        public void close() {
            from.close();
            to.close();
        }
    }

    /** Runs it: the number of rounds, then the command of an end of ours, whose words are told apart by spaces. */
    public static void main(String[] args) throws Exception {
        int rounds = Integer.parseInt(args[0]);
        List<String> own = Arrays.asList(args).subList(1, args.length);
        List<String> theirs = List.of("node", "rtc-gateway/src/test/peers/channel_end.mjs");
        double[][] measured = new double[4][rounds];
        for (int round = -1; round < rounds; round++) {
            double[] ours = measure(own);
            double[] other = measure(theirs);
            for (int i = 0; i < 2 && round >= 0; i++) {
                measured[2 * i][round] = ours[i];
                measured[2 * i + 1][round] = other[i];
            }
        }
        for (double[] each : measured) {
            Arrays.sort(each);
        }
        double idle = idleChannel();
        System.out.printf(Locale.ROOT, "| median of %d rounds (spread) | ours | libdatachannel | ratio |%n|---|---|---|---|%n", rounds);
        row("64 KB messages, MB/s", measured[0], measured[1]);
        row("round trip, us", measured[2], measured[3]);
        System.out.printf(Locale.ROOT, "| idle channel, both ends, bytes | %.0f | | |%n", idle);
        Files.writeString(Path.of("rtc-gateway/target/channels.json"),
                JsonLine.write(Map.of("throughputMBs", List.of(measured[0], measured[1]), "roundTripMicros",
                        List.of(measured[2], measured[3]), "idleChannelBytes", idle)));
    }

    private static double[] measure(List<String> command) throws Exception {
        try (Side side = new Side(command)) {
            side.roundTrip();
            side.throughput(); // what runs first is compiled, and grows its window
            return new double[]{side.throughput(), side.roundTrip()};
        }
    }

    private static void row(String what, double[] ours, double[] theirs) {
        int middle = ours.length / 2;
        System.out.printf(Locale.ROOT, "| %s | %.0f (%.0f-%.0f) | %.0f (%.0f-%.0f) | %.2f |%n", what, ours[middle], ours[0],
                ours[ours.length - 1], theirs[middle], theirs[0], theirs[theirs.length - 1], ours[middle] / theirs[middle]);
    }

    /** Returns the bytes of heap that an open channel keeps that carries nothing, at both of its ends together. */
    private static double idleChannel() throws Exception {
        try (PeerNetwork network = PeerNetwork.start(PeerNetwork.Options.usual().withLoops(1)
                .withHosts(List.of(Objects.requireNonNull(TransportAddress.parse("127.0.0.1", 0)))));
                RTCPeerConnection a = new RTCPeerConnection(RTCConfiguration.DEFAULT, network);
                RTCPeerConnection b = new RTCPeerConnection(RTCConfiguration.DEFAULT, network)) {
            a.setOnIcecandidate(e -> b.addIceCandidate(e.getCandidate()));
            b.setOnIcecandidate(e -> a.addIceCandidate(e.getCandidate()));
            List<RTCDataChannel> there = java.util.Collections.synchronizedList(new ArrayList<>());
            b.setOnDatachannel(e -> there.add(e.getChannel()));
            List<RTCDataChannel> here = new ArrayList<>(List.of(a.createDataChannel("first")));
            a.setLocalDescription().get(10, TimeUnit.SECONDS);
            b.setRemoteDescription(Objects.requireNonNull(a.getLocalDescription())).get(10, TimeUnit.SECONDS);
            b.setLocalDescription().get(10, TimeUnit.SECONDS);
            a.setRemoteDescription(Objects.requireNonNull(b.getLocalDescription())).get(10, TimeUnit.SECONDS);
            open(here, there, 1);
            long before = heap();
            for (int i = 0; i < CHANNELS; i++) {
                here.add(a.createDataChannel("channel " + i, RTCDataChannelInit.DEFAULT));
            }
            open(here, there, CHANNELS + 1);
            return (double) (heap() - before) / CHANNELS;
        }
    }

    private static void open(List<RTCDataChannel> here, List<RTCDataChannel> there, int count) {
        while (there.size() < count || here.stream().anyMatch(c -> c.getReadyState() != RTCDataChannelState.OPEN)) {
            Thread.onSpinWait();
        }
    }

    private static long heap() {
        for (int i = 0; i < 5; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
