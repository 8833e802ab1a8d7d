package dev.isthmus.gateway.peer;

import dev.isthmus.ice.sdp.CandidateAttribute;
import org.jspecify.annotations.Nullable;

/**
 * A candidate as it is signalled (webrtc-pc, section 4.8.1). An empty candidate says that no more come.
 *
 * @param candidate the value of its line, from {@code candidate:} on
 * @param sdpMid the media description that it belongs to, or null
 * @param sdpMLineIndex the place of that, from 0, or null
 * @param usernameFragment the generation of ICE, or null for the latest
 */
public record RTCIceCandidate(String candidate, @Nullable String sdpMid, @Nullable Integer sdpMLineIndex,
        @Nullable String usernameFragment) {
    /**
     * Checks as the constructor of the specification does.
     *
     * @throws WebRtcException {@code TypeError} when neither mid nor index is given
     */
    public static RTCIceCandidate of(String candidate, @Nullable String sdpMid, @Nullable Integer sdpMLineIndex) {
        if (sdpMid == null && sdpMLineIndex == null) {
            throw WebRtcException.type("a candidate has an sdpMid or an sdpMLineIndex");
        }
        return new RTCIceCandidate(candidate, sdpMid, sdpMLineIndex, null);
    }

    private @Nullable CandidateAttribute parsed() {
        return candidate.isEmpty() ? null : CandidateAttribute.parse(candidate);
    }

    /** Returns the foundation, or null when the candidate is malformed or empty. */
    public @Nullable String getFoundation() {
        CandidateAttribute p = parsed();
        return p == null ? null : p.foundation();
    }

    /** Returns what it is for, or null. */
    public @Nullable RTCIceComponent getComponent() {
        CandidateAttribute p = parsed();
        return p == null ? null : p.component() == 1 ? RTCIceComponent.RTP : RTCIceComponent.RTCP;
    }

    /** Returns the priority, or null. */
    public @Nullable Long getPriority() {
        CandidateAttribute p = parsed();
        return p == null ? null : p.priority();
    }

    /** Returns the address or name, or null. */
    public @Nullable String getAddress() {
        CandidateAttribute p = parsed();
        return p == null ? null : p.host();
    }

    /** Returns {@code udp} or {@code tcp}, or null. */
    public @Nullable String getProtocol() {
        CandidateAttribute p = parsed();
        return p == null ? null : p.transport();
    }

    /** Returns the port, or null. */
    public @Nullable Integer getPort() {
        CandidateAttribute p = parsed();
        return p == null ? null : p.port();
    }

    /** Returns {@code host}, {@code srflx}, {@code prflx} or {@code relay}, or null. */
    public @Nullable String getCandidateType() {
        CandidateAttribute p = parsed();
        return p == null ? null : p.type();
    }

    /** Returns {@code active}, {@code passive} or {@code so}, or null. */
    public @Nullable String getTcpType() {
        CandidateAttribute p = parsed();
        return p == null ? null : p.extensions().get("tcptype");
    }

    /** Returns the related address, or null. */
    public @Nullable String getRelatedAddress() {
        CandidateAttribute p = parsed();
        return p == null ? null : p.relatedHost();
    }

    /** Returns the related port, or null. */
    public @Nullable Integer getRelatedPort() {
        CandidateAttribute p = parsed();
        return p == null || p.relatedPort() < 0 ? null : p.relatedPort();
    }
}
