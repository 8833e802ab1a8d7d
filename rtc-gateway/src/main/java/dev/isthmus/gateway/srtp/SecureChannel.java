package dev.isthmus.gateway.srtp;

import dev.isthmus.gateway.GatewayReason;
import dev.isthmus.ice.dtls.DtlsEngine;
import dev.isthmus.ice.dtls.DtlsEvent;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A DTLS association and the SRTP contexts that come of it (RFC 5764), over one component. Nothing is protected or opened before the handshake has
 * shown a certificate that was signalled, nor after the association has ended.
 */
public final class SecureChannel {
    private static final int MOST_WAITING = 16;
    private final DtlsEngine engine;
    private final byte[] work;
    private final Consumer<DtlsEvent> listener;
    private final Deque<byte[]> unsent = new ArrayDeque<>();
    private @Nullable SrtpContext inbound;
    private @Nullable SrtpContext outbound;
    private GatewayReason reason = GatewayReason.NO_KEYS_YET;

    /**
     * Creates a channel over an engine that nobody else uses.
     *
     * @param work {@link SrtpContext#ROOM} bytes, which others of the same thread may use too
     */
    public SecureChannel(DtlsEngine engine, byte[] work, Consumer<DtlsEvent> listener) {
        this.engine = engine;
        this.work = work;
        this.listener = listener;
    }

    /** Begins the handshake: there is a way to the peer. */
    public void start(long nowNanos) {
        engine.start(nowNanos);
    }

    /** Takes a datagram of DTLS records. */
    public void onDtls(ByteBuffer buffer, int offset, int length, long nowNanos) {
        engine.onPacket(buffer, offset, length, nowNanos);
    }

    /** Follows the engine's events; then {@link #nextTransmit} is to be asked. */
    public void drain() {
        for (DtlsEvent event = engine.pollEvent(); event != null; event = engine.pollEvent()) {
            switch (event) {
                case DtlsEvent.Connected(var keys, var own, var certificates) -> {
                    inbound = SrtpContext.inbound(keys, work);
                    outbound = SrtpContext.outbound(keys, work);
                }
                case DtlsEvent.Failed failed -> forget();
                case DtlsEvent.Closed closed -> forget();
                default -> {
                    // application data
                }
            }
            listener.accept(event);
        }
        for (byte[] record = engine.pollTransmit(); record != null; record = engine.pollTransmit()) {
            if (unsent.size() == MOST_WAITING) {
                unsent.poll();
            }
            unsent.add(record);
        }
    }

    private void forget() {
        inbound = null;
        outbound = null;
    }

    /** Returns the record that is to be sent next, or null; {@link #sent} says that it was. */
    public byte @Nullable [] nextTransmit() {
        return unsent.peek();
    }

    /** What {@link #nextTransmit} has returned was sent. */
    public void sent() {
        unsent.poll();
    }

    /** Opens an RTP packet in place; returns its length, or -1 and a {@link #reason}. */
    public int openRtp(ByteBuffer buffer, int offset, int length) {
        SrtpContext context = inbound;
        return context == null ? noKeys() : result(context, context.unprotectRtp(buffer, offset, length));
    }

    /** Opens an RTCP packet in place; returns its length, or -1 and a {@link #reason}. */
    public int openRtcp(ByteBuffer buffer, int offset, int length) {
        SrtpContext context = inbound;
        return context == null ? noKeys() : result(context, context.unprotectRtcp(buffer, offset, length));
    }

    /** Protects an RTP packet in place; returns its length, or -1 and a {@link #reason}. */
    public int protectRtp(ByteBuffer buffer, int offset, int length) {
        SrtpContext context = outbound;
        return context == null ? noKeys() : result(context, context.protectRtp(buffer, offset, length));
    }

    /** Protects an RTP packet once more as {@link SrtpContext#repeatRtp} does; returns its length, or -1 and a {@link #reason}. */
    public int repeatRtp(ByteBuffer buffer, int offset, int length) {
        SrtpContext context = outbound;
        return context == null ? noKeys() : result(context, context.repeatRtp(buffer, offset, length));
    }

    /** Protects an RTCP packet in place; returns its length, or -1 and a {@link #reason}. */
    public int protectRtcp(ByteBuffer buffer, int offset, int length) {
        SrtpContext context = outbound;
        return context == null ? noKeys() : result(context, context.protectRtcp(buffer, offset, length));
    }

    /** Sends application data; then {@link #nextTransmit} is to be asked. */
    public void sendData(ByteBuffer buffer, int offset, int length) {
        engine.send(buffer, offset, length);
    }

    /** Returns whether media can be opened and protected. */
    public boolean hasKeys() {
        return inbound != null;
    }

    private int noKeys() {
        reason = GatewayReason.NO_KEYS_YET;
        return -1;
    }

    private int result(SrtpContext context, int length) {
        if (length < 0) {
            reason = context.reason();
        }
        return length;
    }

    /** Returns why the last packet was neither opened nor protected. */
    public GatewayReason reason() {
        return reason;
    }

    /** Ends the association; an alert may still have to be sent. */
    public void close() {
        engine.close();
        drain();
        forget();
    }
}
