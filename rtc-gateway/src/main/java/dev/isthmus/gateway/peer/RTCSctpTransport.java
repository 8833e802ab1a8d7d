package dev.isthmus.gateway.peer;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The SCTP association of a connection's data channels (webrtc-pc, section 6.1.1). */
public final class RTCSctpTransport extends EventTarget {
    /** As much as waits at most may also be one message. */
    private static final long MOST_SENT = 16 << 20;
    private final RTCDtlsTransport transport;
    volatile RTCSctpTransportState state = RTCSctpTransportState.CONNECTING;
    private volatile double maxMessageSize;
    volatile @Nullable Integer maxChannels;

    RTCSctpTransport(RTCDtlsTransport transport, long remoteMaxMessageSize) {
        this.transport = transport;
        update(remoteMaxMessageSize);
    }

    /** Takes what the peer takes at most, or 0 for anything (section 6.1.1.2). */
    void update(long remoteMaxMessageSize) {
        maxMessageSize = remoteMaxMessageSize == 0 ? MOST_SENT : Math.min(remoteMaxMessageSize, MOST_SENT);
    }

    /** Returns what it goes by. */
    public RTCDtlsTransport getTransport() {
        return transport;
    }

    /** Returns how far it is. */
    public RTCSctpTransportState getState() {
        return state;
    }

    /** Returns the longest message that can be sent, in bytes. */
    public double getMaxMessageSize() {
        return maxMessageSize;
    }

    /** Returns how many channels there can be at once, or null before it is there. */
    public @Nullable Integer getMaxChannels() {
        return maxChannels;
    }

    /** Sets the handler of {@code statechange}. */
    public void setOnStatechange(@Nullable Consumer<? super Event> handler) {
        setHandler("statechange", Event.class, handler);
    }
}
