package dev.isthmus.turn.bench;

import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.Datagram;
import dev.isthmus.ice.net.Loop;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.net.UdpPort;
import dev.isthmus.ice.turn.ChannelData;
import dev.isthmus.turn.support.TurnDialog;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One client of the load generator with its allocation and its channel. */
final class LoadFlow {
    private static final int TRIES = 7;
    /** On some ports an earlier run's allocation may still be: its last request was lost in an overload. */
    private static final int PORTS = 5;

    private final Loop loop;
    private final TransportAddress server;
    private final BlockingQueue<byte[]> answers = new LinkedBlockingQueue<>();
    private final int channel;
    final ByteBuffer packet;
    @Nullable
    Supplier<UdpPort> clients;
    @Nullable
    UdpPort client;
    @Nullable
    UdpPort peer;
    @Nullable
    AddressKey toServer;
    @Nullable
    AddressKey toRelay;
    private @Nullable TurnDialog dialog;
    volatile boolean running;

    LoadFlow(Loop loop, TransportAddress server, int index, int payload) {
        this.loop = loop;
        this.server = server;
        this.channel = ChannelData.FIRST_CHANNEL + index % 0x1000;
        this.packet = ByteBuffer.allocateDirect(Math.max(8, payload) + ChannelData.HEADER_LENGTH);
        ChannelData.writeHeader(packet, 0, channel, payload);
    }

    void answered(Datagram datagram) {
        byte[] copy = new byte[datagram.length()];
        datagram.buffer().get(datagram.offset(), copy);
        answers.add(copy);
    }

    private byte @Nullable [] exchange(UdpPort port, AddressKey key, byte[] request) throws InterruptedException {
        for (int tries = 0; tries < TRIES; tries++) {
            loop.execute(() -> port.send(key, ByteBuffer.wrap(request), 0, request.length));
            byte[] answer = answers.poll(500, TimeUnit.MILLISECONDS);
            while (answer != null && (answer.length < 20 || answer[0] >= 0x40 || !Arrays.equals(answer, 8, 20, request, 8, 20))) {
                answer = answers.poll(500, TimeUnit.MILLISECONDS); // data that was still under way, or a second answer
            }
            if (answer != null) {
                return answer;
            }
        }
        return null;
    }

    /** Makes the allocation and binds the channel. */
    void allocate() throws Exception {
        UdpPort to = Objects.requireNonNull(peer);
        int code = 437;
        for (int i = 0; i < PORTS && code == 437; i++) {
            code = allocate(Objects.requireNonNull(clients).get());
        }
        require("Allocate", code);
        TurnDialog talk = Objects.requireNonNull(dialog);
        toRelay = AddressKey.of(to.local(), talk.relayed());
        require("ChannelBind", talk.bind(channel, to.local()));
        running = true;
    }

    private int allocate(UdpPort from) throws Exception {
        AddressKey key = AddressKey.of(from.local(), server);
        TurnDialog talk = new TurnDialog(request -> exchange(from, key, request), "user", "pass");
        client = from;
        toServer = key;
        dialog = talk;
        return talk.allocate();
    }

    private static void require(String request, int code) {
        if (code != 0) {
            throw new IllegalStateException(request + ": " + code);
        }
    }

    /** Keeps allocation, permission and channel up. */
    void refresh() throws Exception {
        TurnDialog talk = Objects.requireNonNull(dialog);
        require("Refresh", talk.refresh(600));
        require("ChannelBind", talk.bind(channel, Objects.requireNonNull(peer).local()));
    }

    /** Ends the allocation, so that the next run finds none on its port. */
    void release() throws Exception {
        running = false;
        TurnDialog talk = dialog;
        if (talk != null) {
            talk.refresh(0);
        }
    }
}
