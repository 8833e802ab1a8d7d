package dev.isthmus.gateway.net;

import dev.isthmus.gateway.GatewayReason;
import dev.isthmus.gateway.bridge.DataEndpoint;
import dev.isthmus.gateway.bridge.DataStats;
import dev.isthmus.gateway.peer.BinaryType;
import dev.isthmus.gateway.peer.RTCDataChannel;
import dev.isthmus.gateway.peer.TaskQueue;
import dev.isthmus.gateway.peer.WebRtcException;
import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.net.Loop;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The data channels of a call, each with a flow of its own to the endpoint, message by message. What channels tell comes on the connection's queue, flows live on the
 * loop, and a queue of its own brings messages of the endpoint to the channels, whose lock no loop takes.
 */
final class DataLeg {
    private static final int MOST_CHANNELS = 32;
    private static final int LONGEST_MESSAGE = 262_144;
    /** More than this waiting for a client, and the endpoint is not read, or its datagrams are dropped. */
    private static final long MUCH = 128 * 1024;
    private static final long LITTLE = 64 * 1024;
    private final Loop loop;
    private final Counters<GatewayReason> counters;
    private final DataEndpoint endpoint;
    private final DataStats stats;
    private final TaskQueue toChannels;
    /** On the loop, as all that follows. */
    private final Map<RTCDataChannel, Joint> joints = new HashMap<>();
    private boolean closed;

    DataLeg(Loop loop, Counters<GatewayReason> counters, DataEndpoint endpoint, DataStats stats, TaskQueue toChannels) {
        this.loop = loop;
        this.counters = counters;
        this.endpoint = endpoint;
        this.stats = stats;
        this.toChannels = toChannels;
    }

    /** The client has opened a channel; on the connection's queue. */
    void take(RTCDataChannel channel) {
        channel.setPaused(endpoint.transport() != DataEndpoint.Transport.ECHO);
        channel.setBinaryType(BinaryType.ARRAYBUFFER);
        channel.setBufferedAmountLowThreshold(LITTLE);
        Joint joint = new Joint(channel);
        channel.setOnMessage(e -> loop.execute(() -> joint.toEndpoint(e.getData())));
        channel.setOnClose(e -> loop.execute(joint::close));
        channel.setOnBufferedamountlow(e -> loop.execute(() -> joint.behind(false)));
        loop.execute(() -> open(joint));
    }

    private void open(Joint joint) {
        if (closed) {
            return;
        }
        if (joints.size() >= MOST_CHANNELS) {
            counters.count(GatewayReason.DATA_TOO_MANY_CHANNELS);
            toChannels.post(joint::closeChannel);
            return;
        }
        joints.put(joint.channel, joint);
        stats.opened();
        if (endpoint.transport() != DataEndpoint.Transport.ECHO) {
            joint.flow = new DataFlow(loop, endpoint, LONGEST_MESSAGE, joint);
        }
    }

    /** The call is over; on the loop. */
    void close() {
        closed = true;
        for (Joint each : joints.values().toArray(Joint[]::new)) {
            each.close();
        }
    }

    /** A channel and its flow. */
    private final class Joint implements DataFlow.Owner {
        private final RTCDataChannel channel;
        private @Nullable DataFlow flow;
        private boolean behind;
        /** What the channel has not been given yet, in bytes. */
        private long handed;

        Joint(RTCDataChannel channel) {
            this.channel = channel;
        }

        private void toEndpoint(Object data) {
            byte[] message = data instanceof String text ? text.getBytes(StandardCharsets.UTF_8) : (byte[]) data;
            DataFlow out = flow;
            if (!joints.containsKey(channel)) {
                return;
            }
            if (out != null && !out.fits(message)) {
                boolean udp = endpoint.transport() == DataEndpoint.Transport.UDP;
                counters.count(!udp
                        ? GatewayReason.DATA_HAS_LINE_END
                        : message.length == 0 ? GatewayReason.DATA_EMPTY : GatewayReason.DATA_TOO_LONG);
                return;
            }
            counters.count(GatewayReason.DATA_TO_ENDPOINT);
            stats.toEndpoint(message.length);
            if (out == null) {
                toChannel(message, data instanceof String);
            } else {
                out.send(message);
            }
        }

        @Override
        public void onMessage(byte[] message) {
            stats.failed("");
            if ((behind || handed > MUCH) && endpoint.transport() == DataEndpoint.Transport.UDP) {
                counters.count(GatewayReason.DATA_CLIENT_BEHIND);
            } else {
                toChannel(message, endpoint.text());
            }
        }

        private void toChannel(byte[] message, boolean text) {
            handed += message.length;
            read();
            toChannels.post(() -> {
                GatewayReason became = send(message, text);
                loop.execute(() -> became(became, message.length));
            });
        }

        private void became(@Nullable GatewayReason what, int length) {
            handed -= length;
            read();
            if (what != null) {
                counters.count(what);
            }
            if (what == GatewayReason.DATA_TO_CLIENT) {
                stats.toClient(length);
            }
        }

        /** On the queue. */
        private @Nullable GatewayReason send(byte[] message, boolean text) {
            try {
                if (text) {
                    channel.send(new String(message, StandardCharsets.UTF_8));
                } else {
                    channel.send(message);
                }
                if (channel.getBufferedAmount() > MUCH) {
                    loop.execute(() -> behind(true));
                    toChannels.post(this::lookAgain);
                }
                return GatewayReason.DATA_TO_CLIENT;
            } catch (WebRtcException e) {
                return switch (e.name()) {
                    case "TypeError" -> GatewayReason.DATA_TOO_LONG;
                    case "OperationError" -> GatewayReason.DATA_CLIENT_BEHIND;
                    default -> null; // it is closed
                };
            }
        }

        /** It may have been taken, and that told, before this side was behind. */
        private void lookAgain() {
            if (channel.getBufferedAmount() <= LITTLE) {
                loop.execute(() -> behind(false));
            }
        }

        private void behind(boolean now) {
            behind = now;
            read();
            if (flow == null) {
                toChannels.post(() -> channel.setPaused(now));
            }
        }

        /** An endpoint that sends faster than the client takes is not read for a while. */
        private void read() {
            DataFlow in = flow;
            if (in != null && endpoint.transport() == DataEndpoint.Transport.TCP) {
                in.read(!behind && handed <= MUCH);
            }
        }

        @Override
        public void onWritable(boolean now) {
            toChannels.post(() -> channel.setPaused(!now));
        }

        @Override
        public void onTooLong() {
            counters.count(GatewayReason.DATA_TOO_LONG);
        }

        @Override
        public void onFault(String why) {
            counters.count(GatewayReason.DATA_UNREACHABLE);
            stats.failed(why);
        }

        @Override
        public void onEnd(@Nullable String why) {
            if (why != null) {
                onFault(why);
            }
            forget();
            toChannels.post(this::closeChannel);
        }

        /** What has come and waits is told to nobody any more, but the end is. */
        private void closeChannel() {
            channel.setPaused(false);
            channel.close();
        }

        private void forget() {
            if (joints.remove(channel) != null) {
                stats.closed();
            }
        }

        private void close() {
            DataFlow open = flow;
            if (open != null && joints.containsKey(channel)) {
                open.close();
            }
            forget();
        }
    }
}
