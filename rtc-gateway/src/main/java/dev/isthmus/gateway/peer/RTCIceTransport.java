package dev.isthmus.gateway.peer;

import dev.isthmus.ice.ice.IceCredentials;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An ICE transport as applications see it (webrtc-pc, section 5.6). */
public final class RTCIceTransport extends EventTarget {
    /** A pair of candidates. */
    public record RTCIceCandidatePair(RTCIceCandidate local, RTCIceCandidate remote) {}

    /** Credentials of ICE. */
    public record RTCIceParameters(String usernameFragment, String password) {}

    volatile RTCIceRole role = RTCIceRole.UNKNOWN;
    volatile RTCIceTransportState state = RTCIceTransportState.NEW;
    volatile RTCIceGathererState gatheringState = RTCIceGathererState.NEW;
    volatile @Nullable RTCIceCandidatePair selectedPair;
    volatile @Nullable IceCredentials local;
    volatile @Nullable IceCredentials remote;
    final List<RTCIceCandidate> localCandidates = new CopyOnWriteArrayList<>();
    final List<RTCIceCandidate> remoteCandidates = new CopyOnWriteArrayList<>();

    RTCIceTransport() {}

    /** Returns who selects the pair. */
    public RTCIceRole getRole() {
        return role;
    }

    /** Returns what it is for. */
    public RTCIceComponent getComponent() {
        return RTCIceComponent.RTP;
    }

    /** Returns how far the checks are. */
    public RTCIceTransportState getState() {
        return state;
    }

    /** Returns how far the gathering is. */
    public RTCIceGathererState getGatheringState() {
        return gatheringState;
    }

    /** Returns our candidates. */
    public List<RTCIceCandidate> getLocalCandidates() {
        return List.copyOf(localCandidates);
    }

    /** Returns the peer's candidates. */
    public List<RTCIceCandidate> getRemoteCandidates() {
        return List.copyOf(remoteCandidates);
    }

    /** Returns the pair by which data goes, or null. */
    public @Nullable RTCIceCandidatePair getSelectedCandidatePair() {
        return selectedPair;
    }

    /** Returns our credentials, or null. */
    public @Nullable RTCIceParameters getLocalParameters() {
        IceCredentials c = local;
        return c == null ? null : new RTCIceParameters(c.ufrag(), c.password());
    }

    /** Returns the peer's credentials, or null. */
    public @Nullable RTCIceParameters getRemoteParameters() {
        IceCredentials c = remote;
        return c == null ? null : new RTCIceParameters(c.ufrag(), c.password());
    }

    /** Sets the handler of {@code statechange}. */
    public void setOnStatechange(@Nullable Consumer<? super Event> handler) {
        setHandler("statechange", Event.class, handler);
    }

    /** Sets the handler of {@code gatheringstatechange}. */
    public void setOnGatheringstatechange(@Nullable Consumer<? super Event> handler) {
        setHandler("gatheringstatechange", Event.class, handler);
    }

    /** Sets the handler of {@code selectedcandidatepairchange}. */
    public void setOnSelectedcandidatepairchange(@Nullable Consumer<? super Event> handler) {
        setHandler("selectedcandidatepairchange", Event.class, handler);
    }
}
