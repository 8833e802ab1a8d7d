package dev.isthmus.gateway.peer;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The handlers of a connection's events (webrtc-pc, section 4.4.2 and its extensions). */
abstract class ConnectionEvents extends EventTarget {
    /** Sets the handler of {@code negotiationneeded}. */
    public void setOnNegotiationneeded(@Nullable Consumer<? super Event> handler) {
        setHandler("negotiationneeded", Event.class, handler);
    }

    /** Sets the handler of {@code icecandidate}. */
    public void setOnIcecandidate(@Nullable Consumer<? super RTCPeerConnectionIceEvent> handler) {
        setHandler("icecandidate", RTCPeerConnectionIceEvent.class, handler);
    }

    /** Sets the handler of {@code icecandidateerror}. */
    public void setOnIcecandidateerror(@Nullable Consumer<? super RTCPeerConnectionIceErrorEvent> handler) {
        setHandler("icecandidateerror", RTCPeerConnectionIceErrorEvent.class, handler);
    }

    /** Sets the handler of {@code signalingstatechange}. */
    public void setOnSignalingstatechange(@Nullable Consumer<? super Event> handler) {
        setHandler("signalingstatechange", Event.class, handler);
    }

    /** Sets the handler of {@code iceconnectionstatechange}. */
    public void setOnIceconnectionstatechange(@Nullable Consumer<? super Event> handler) {
        setHandler("iceconnectionstatechange", Event.class, handler);
    }

    /** Sets the handler of {@code icegatheringstatechange}. */
    public void setOnIcegatheringstatechange(@Nullable Consumer<? super Event> handler) {
        setHandler("icegatheringstatechange", Event.class, handler);
    }

    /** Sets the handler of {@code connectionstatechange}. */
    public void setOnConnectionstatechange(@Nullable Consumer<? super Event> handler) {
        setHandler("connectionstatechange", Event.class, handler);
    }

    /** Sets the handler of {@code datachannel}. */
    public void setOnDatachannel(@Nullable Consumer<? super RTCDataChannelEvent> handler) {
        setHandler("datachannel", RTCDataChannelEvent.class, handler);
    }

    /** Sets the handler of {@code track}. */
    public void setOnTrack(@Nullable Consumer<? super RTCTrackEvent> handler) {
        setHandler("track", RTCTrackEvent.class, handler);
    }

    /**
     * Sets the handler of {@code addstream}.
     *
     * @deprecated {@link #setOnTrack} tells of each track and its streams
     */
    @Deprecated
    public void setOnAddstream(@Nullable Consumer<? super MediaStreamEvent> handler) {
        setHandler("addstream", MediaStreamEvent.class, handler);
    }

    /**
     * Sets the handler of {@code removestream}.
     *
     * @deprecated {@link MediaStream#setOnRemovetrack} tells of each track
     */
    @Deprecated
    public void setOnRemovestream(@Nullable Consumer<? super MediaStreamEvent> handler) {
        setHandler("removestream", MediaStreamEvent.class, handler);
    }

    /** Sets the handler of {@code isolationchange}: a track that is sent or received is isolated now, or is so no more. */
    public void setOnIsolationchange(@Nullable Consumer<? super Event> handler) {
        setHandler("isolationchange", Event.class, handler);
    }

    /**
     * Sets the handler of {@code identityresult}.
     *
     * @deprecated {@link RTCPeerConnection#getIdentityAssertion} completes with the same
     */
    @Deprecated
    public void setOnIdentityresult(@Nullable Consumer<? super RTCIdentityEvent> handler) {
        setHandler("identityresult", RTCIdentityEvent.class, handler);
    }

    /**
     * Sets the handler of {@code idpassertionerror}.
     *
     * @deprecated {@link RTCPeerConnection#getIdentityAssertion} fails with the same
     */
    @Deprecated
    public void setOnIdpassertionerror(@Nullable Consumer<? super RTCIdentityErrorEvent> handler) {
        setHandler("idpassertionerror", RTCIdentityErrorEvent.class, handler);
    }

    /**
     * Sets the handler of {@code idpvalidationerror}.
     *
     * @deprecated {@link RTCPeerConnection#getPeerIdentity} fails with the same
     */
    @Deprecated
    public void setOnIdpvalidationerror(@Nullable Consumer<? super RTCIdentityErrorEvent> handler) {
        setHandler("idpvalidationerror", RTCIdentityErrorEvent.class, handler);
    }

    /**
     * Sets the handler of {@code peeridentity}.
     *
     * @deprecated {@link RTCPeerConnection#getPeerIdentity} completes then
     */
    @Deprecated
    public void setOnPeeridentity(@Nullable Consumer<? super Event> handler) {
        setHandler("peeridentity", Event.class, handler);
    }
}
