package dev.isthmus.gateway.bench;

import dev.isthmus.gateway.peer.RTCConfiguration;
import dev.isthmus.gateway.peer.RTCPeerConnection;
import dev.isthmus.gateway.peer.RTCPeerConnectionState;
import dev.isthmus.gateway.peer.RTCSdpType;
import dev.isthmus.gateway.peer.RTCSessionDescription;
import dev.isthmus.gateway.peer.net.PeerNetwork;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * What a peer connection costs on the answering side, which is a process of its own: CPU time from the offer to the connected state, the time that this
 * takes when nothing else goes on, and memory while it is connected and silent with one audio line.
 */
public final class PeerBench implements AutoCloseable {
    private static final int ROUNDS = 5;
    private static final int A_ROUND = 1000;
    /** After fewer the compiler still works harder than what it compiles. */
    private static final int WARM_UP = 8000;
    private static final int AT_ONCE = 8;
    private static final int IDLE = 2000;
    private final PeerNetwork network = Answerer.network();
    private final Process answerer;
    private final OutputStream to;
    private final Map<String, CompletableFuture<String>> answers = new ConcurrentHashMap<>();
    private final BlockingQueue<long[]> spent = new ArrayBlockingQueue<>(1);
    private int ids;

    private PeerBench(List<String> options) throws IOException {
        List<String> words = new ArrayList<>(List.of(ProcessHandle.current().info().command().orElse("java")));
        words.addAll(options);
        words.addAll(List.of("-cp", System.getProperty("java.class.path"), Answerer.class.getName()));
        answerer = new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        to = answerer.getOutputStream();
        Thread.ofPlatform().daemon().start(this::read);
    }

    private void read() {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(answerer.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String[] words = line.split(" ");
                if (words[0].equals("spent")) {
                    spent.add(new long[]{Long.parseLong(words[1]), Long.parseLong(words[2]), Long.parseLong(words[3])});
                } else if (words[0].equals("answer")) {
                    Objects.requireNonNull(answers.remove(words[1])).complete(Answerer.decode(words[2]));
                } else {
                    System.err.println(line); // what the virtual machine says
                }
            }
        } catch (IOException e) {
            System.err.println(e);
        }
    }

    private synchronized void say(String line) {
        try {
            to.write((line + "\n").getBytes(StandardCharsets.UTF_8));
            to.flush();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private long[] ask(boolean collect) throws InterruptedException {
        say(collect ? "spent collected" : "spent");
        return spent.take();
    }

    /** A connection to the answering side. */
    private final class One {
        final String id;
        final RTCPeerConnection pc = new RTCPeerConnection(RTCConfiguration.DEFAULT, network);
        final CompletableFuture<Long> connected = new CompletableFuture<>();

        One(String id) {
            this.id = id;
            long began = System.nanoTime();
            CompletableFuture<String> answer = new CompletableFuture<>();
            answers.put(id, answer);
            pc.setOnIcecandidate(e -> {
                if (e.getCandidate() == null) {
                    say("offer " + id + " " + Answerer.encode(Objects.requireNonNull(pc.getLocalDescription()).sdp()));
                }
            });
            pc.setOnConnectionstatechange(e -> {
                if (pc.getConnectionState() == RTCPeerConnectionState.CONNECTED) {
                    connected.complete(System.nanoTime() - began);
                }
            });
            pc.addTransceiver("audio");
            pc.setLocalDescription();
            answer.thenAccept(sdp -> pc.setRemoteDescription(new RTCSessionDescription(RTCSdpType.ANSWER, sdp)));
        }

        long await() throws Exception {
            return connected.get(30, TimeUnit.SECONDS);
        }

        void close() {
            pc.close();
            say("close " + id);
        }
    }

    private One open() {
        return new One(Integer.toString(ids++));
    }

    /** Opens and closes connections, some at a time; returns the answering side's CPU time for each in ns. */
    private double round(int count, int atOnce) throws Exception {
        long before = ask(false)[0];
        Semaphore free = new Semaphore(atOnce);
        List<One> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            free.acquire();
            One one = open();
            all.add(one);
            one.connected.thenRun(() -> {
                one.close();
                free.release();
            });
        }
        for (One one : all) {
            one.await();
        }
        return (ask(false)[0] - before) / (double) count;
    }

    private List<Long> times(int count) throws Exception {
        List<Long> times = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            One one = open();
            times.add(one.await());
            one.close();
        }
        Collections.sort(times);
        return times;
    }

    private void memory() throws Exception {
        long[] before = ask(true);
        List<One> all = new ArrayList<>();
        for (int i = 0; i < IDLE; i++) {
            One one = open();
            one.await();
            all.add(one);
        }
        long[] after = ask(true);
        print("idle connection: heap %,d bytes, resident %,d bytes", (after[1] - before[1]) / IDLE, (after[2] - before[2]) / IDLE);
        all.forEach(One::close);
    }

    private static void print(String format, Object... values) {
        System.out.printf(Locale.ROOT, format + "%n", values);
    }

    @Override
    public void close() throws IOException {
        to.close();
        network.close();
    }

    /** Measures; the arguments are options of the answering side's Java. */
    public static void main(String[] arguments) throws Exception {
        HandshakeBench.run(ROUNDS, A_ROUND);
        try (PeerBench bench = new PeerBench(List.of(arguments))) {
            bench.round(WARM_UP, AT_ONCE);
            List<Double> rounds = new ArrayList<>();
            for (int i = 0; i < ROUNDS; i++) {
                rounds.add(bench.round(A_ROUND, AT_ONCE));
            }
            Collections.sort(rounds);
            double median = rounds.get(ROUNDS / 2);
            print("offer to connected, answering side: %.2f ms of CPU (%.2f-%.2f), %.0f per second and core", median / 1e6,
                    rounds.get(0) / 1e6,
                    rounds.get(ROUNDS - 1) / 1e6, 1e9 / median);
            List<Long> times = bench.times(200);
            print("offer to connected, one at a time: median %.1f ms, 95 %% %.1f ms", times.get(100) / 1e6, times.get(190) / 1e6);
            bench.memory();
        }
        System.exit(0);
    }
}
