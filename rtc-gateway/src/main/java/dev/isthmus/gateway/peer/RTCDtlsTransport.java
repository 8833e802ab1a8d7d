package dev.isthmus.gateway.peer;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A DTLS transport as applications see it (webrtc-pc, section 5.5). */
public final class RTCDtlsTransport extends EventTarget {
    private final RTCIceTransport iceTransport = new RTCIceTransport();
    volatile RTCDtlsTransportState state = RTCDtlsTransportState.NEW;
    volatile List<byte[]> remoteCertificates = List.of();

    RTCDtlsTransport() {}

    /** Returns the transport that it goes over. */
    public RTCIceTransport getIceTransport() {
        return iceTransport;
    }

    /** Returns how far it is. */
    public RTCDtlsTransportState getState() {
        return state;
    }

    /** Returns the peer's certificates in DER, none before the handshake is done. */
    public List<byte[]> getRemoteCertificates() {
        return remoteCertificates.stream().map(byte[]::clone).toList();
    }

    /** Sets the handler of {@code statechange}. */
    public void setOnStatechange(@Nullable Consumer<? super Event> handler) {
        setHandler("statechange", Event.class, handler);
    }

    /** Sets the handler of {@code error}. */
    public void setOnError(@Nullable Consumer<? super RTCErrorEvent> handler) {
        setHandler("error", RTCErrorEvent.class, handler);
    }
}
