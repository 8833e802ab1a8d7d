package dev.isthmus.gateway.peer;

import java.util.Deque;
import java.util.ArrayDeque;
import dev.isthmus.gateway.peer.stats.RTCDataChannelStats;
import dev.isthmus.gateway.sctp.PayloadProtocol;
import dev.isthmus.gateway.sctp.SendOptions;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A channel of messages (webrtc-pc, section 6.2). */
public final class RTCDataChannel extends EventTarget {
    private final DataChannels owner;
    private final PeerState state;
    final String label;
    final RTCDataChannelInit init;
    /** Its id, or -1 before it has one. */
    int id = -1;
    RTCDataChannelState readyState = RTCDataChannelState.CONNECTING;
    private long bufferedAmount;
    private long bufferedAmountLowThreshold;
    private BinaryType binaryType = BinaryType.ARRAYBUFFER;
    /** What of its own is sent before the application's, in bytes. */
    int control;
    /** Whether the peer is known to have it. */
    boolean acknowledged;
    /** Whether it has been open. */
    boolean wasOpen;
    /** What has come and waits to be taken, in its order: messages, and the end. */
    private final Deque<Runnable> kept = new ArrayDeque<>(0);
    private boolean paused;
    private long messagesSent;
    private long bytesSent;
    private long messagesReceived;
    private long bytesReceived;
    private @Nullable String statsId;
    /** Which directions have ended. */
    boolean outgoingEnded;
    boolean incomingEnded;

    RTCDataChannel(DataChannels owner, PeerState state, String label, RTCDataChannelInit init) {
        this.owner = owner;
        this.state = state;
        this.label = label;
        this.init = init;
        this.acknowledged = init.negotiated();
    }

    /** Returns its name, which need not be its own. */
    public String getLabel() {
        return label;
    }

    /** Returns whether messages come in order. */
    public boolean isOrdered() {
        return init.ordered();
    }

    /** Returns for how many milliseconds a message is sent, or null. */
    public @Nullable Integer getMaxPacketLifeTime() {
        return init.maxPacketLifeTime();
    }

    /** Returns how often a message is sent again, or null. */
    public @Nullable Integer getMaxRetransmits() {
        return init.maxRetransmits();
    }

    /** Returns the protocol of the application, or an empty text. */
    public String getProtocol() {
        return init.protocol();
    }

    /** Returns whether both applications have made it. */
    public boolean isNegotiated() {
        return init.negotiated();
    }

    /** Returns its id, or null before it has one. */
    public @Nullable Integer getId() {
        synchronized (state.lock) {
            return id < 0 ? null : id;
        }
    }

    /** Returns how far it is. */
    public RTCDataChannelState getReadyState() {
        synchronized (state.lock) {
            return readyState;
        }
    }

    /** Returns how many bytes wait to be sent. */
    public long getBufferedAmount() {
        synchronized (state.lock) {
            return bufferedAmount;
        }
    }

    /** Returns from where on little waits, in bytes. */
    public long getBufferedAmountLowThreshold() {
        synchronized (state.lock) {
            return bufferedAmountLowThreshold;
        }
    }

    /** Sets from where on little waits: when it falls to that, {@code bufferedamountlow} is told. */
    public void setBufferedAmountLowThreshold(long bytes) {
        synchronized (state.lock) {
            bufferedAmountLowThreshold = bytes;
        }
    }

    /** Returns in what messages of bytes are handed over. */
    public BinaryType getBinaryType() {
        synchronized (state.lock) {
            return binaryType;
        }
    }

    /** Sets in what messages of bytes are handed over. */
    public void setBinaryType(BinaryType type) {
        synchronized (state.lock) {
            binaryType = type;
        }
    }

    /**
     * Sends a text.
     *
     * @throws WebRtcException {@code InvalidStateError} unless it is open, {@code TypeError} when it is too long, {@code OperationError} when too much
     *     waits already
     */
    public void send(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        send(bytes, bytes.length == 0 ? PayloadProtocol.EMPTY_TEXT : PayloadProtocol.TEXT);
    }

    /**
     * Sends bytes.
     *
     * @throws WebRtcException as {@link #send(String)} does
     */
    public void send(byte[] bytes) {
        send(bytes.clone(), bytes.length == 0 ? PayloadProtocol.EMPTY_BINARY : PayloadProtocol.BINARY);
    }

    /**
     * Sends the bytes that remain in a buffer, which stays as it is.
     *
     * @throws WebRtcException as {@link #send(String)} does
     */
    public void send(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(buffer.position(), bytes);
        send(bytes, bytes.length == 0 ? PayloadProtocol.EMPTY_BINARY : PayloadProtocol.BINARY);
    }

    private void send(byte[] bytes, int protocol) {
        synchronized (state.lock) {
            if (readyState != RTCDataChannelState.OPEN) {
                throw WebRtcException.invalidState("the channel is " + readyState);
            }
            owner.send(this, bytes, protocol);
            bufferedAmount += bytes.length;
            messagesSent++;
            bytesSent += bytes.length;
        }
    }

    /** Returns how its messages are sent: in order in any case until the peer is known to have it (RFC 8832, section 6). */
    SendOptions options() {
        Integer life = init.maxPacketLifeTime();
        Integer repeats = init.maxRetransmits();
        return new SendOptions(init.ordered() || !acknowledged, life == null ? -1 : TimeUnit.MILLISECONDS.toNanos(life),
                repeats == null ? -1 : repeats);
    }

    /** So much has left; returns whether little waits from now on. With the lock held. */
    boolean sent(int bytes) {
        int own = Math.min(control, bytes);
        control -= own;
        boolean much = bufferedAmount > bufferedAmountLowThreshold;
        bufferedAmount = Math.max(0, bufferedAmount - (bytes - own));
        return much && bufferedAmount <= bufferedAmountLowThreshold;
    }

    /** Returns whether what comes is to wait; with the lock held. */
    boolean holds() {
        return paused || !kept.isEmpty();
    }

    /** Something waits; with the lock held. */
    void keep(Runnable what) {
        kept.add(what);
    }

    /**
     * Says whether messages wait (no part of the Recommendation). Those that have come meanwhile are told afterwards, and the end of the channel after them. The
     * room that they take is missing from the window of the association, so that the peer stops sending when much waits, on its other channels too.
     */
    public void setPaused(boolean wait) {
        synchronized (state.lock) {
            paused = wait;
        }
        if (!wait) {
            state.queue.post(this::release);
        }
    }

    private void release() {
        for (Runnable next = next(); next != null; next = next()) {
            next.run();
            synchronized (state.lock) {
                kept.poll(); // only now: what comes meanwhile is behind it
            }
        }
    }

    private @Nullable Runnable next() {
        synchronized (state.lock) {
            return paused ? null : kept.peek();
        }
    }

    /** A message has come. */
    void receive(int protocol, byte[] data) {
        boolean empty = protocol == PayloadProtocol.EMPTY_TEXT || protocol == PayloadProtocol.EMPTY_BINARY;
        synchronized (state.lock) {
            messagesReceived++;
            bytesReceived += empty ? 0 : data.length;
        }
        switch (protocol) {
            case PayloadProtocol.TEXT -> dispatchEvent(new MessageEvent(new String(data, StandardCharsets.UTF_8)));
            case PayloadProtocol.EMPTY_TEXT -> dispatchEvent(new MessageEvent(""));
            default -> {
                byte[] bytes = protocol == PayloadProtocol.EMPTY_BINARY ? new byte[0] : data;
                boolean blob = getBinaryType() == BinaryType.BLOB;
                dispatchEvent(new MessageEvent(blob ? ByteBuffer.wrap(bytes).asReadOnlyBuffer() : bytes));
            }
        }
    }

    private String statsId(StatsCollector names) {
        String id = statsId == null ? names.fresh("D") : statsId;
        statsId = id;
        return id;
    }

    /** Returns what was counted; with the lock held. */
    RTCDataChannelStats stats(double now, StatsCollector names) {
        return new RTCDataChannelStats(now, statsId(names), label, init.protocol(), id < 0 ? null : id, readyState,
                messagesSent, bytesSent, messagesReceived, bytesReceived);
    }

    /** Ends it when what waits was sent. */
    public void close() {
        owner.close(this);
    }

    /** Sets the handler of {@code open}. */
    public void setOnOpen(@Nullable Consumer<? super Event> handler) {
        setHandler("open", Event.class, handler);
    }

    /** Sets the handler of {@code bufferedamountlow}. */
    public void setOnBufferedamountlow(@Nullable Consumer<? super Event> handler) {
        setHandler("bufferedamountlow", Event.class, handler);
    }

    /** Sets the handler of {@code error}. */
    public void setOnError(@Nullable Consumer<? super RTCErrorEvent> handler) {
        setHandler("error", RTCErrorEvent.class, handler);
    }

    /** Sets the handler of {@code closing}. */
    public void setOnClosing(@Nullable Consumer<? super Event> handler) {
        setHandler("closing", Event.class, handler);
    }

    /** Sets the handler of {@code close}. */
    public void setOnClose(@Nullable Consumer<? super Event> handler) {
        setHandler("close", Event.class, handler);
    }

    /** Sets the handler of {@code message}. */
    public void setOnMessage(@Nullable Consumer<? super MessageEvent> handler) {
        setHandler("message", MessageEvent.class, handler);
    }
}
