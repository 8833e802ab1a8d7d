package dev.isthmus.gateway.peer.stats;

import java.util.Locale;

/** What statistics are about (webrtc-stats, section 6.1). */
public enum RTCStatsType {
    /** A payload format in use. */
    CODEC,
    /** A stream of the peer. */
    INBOUND_RTP,
    /** A stream of ours. */
    OUTBOUND_RTP,
    /** A stream of ours, as the peer receives it. */
    REMOTE_INBOUND_RTP,
    /** A stream of the peer, as it says that it sends it. */
    REMOTE_OUTBOUND_RTP,
    /** The track of a sender. */
    MEDIA_SOURCE,
    /** The connection. */
    PEER_CONNECTION,
    /** A data channel. */
    DATA_CHANNEL,
    /** A transport of ICE and DTLS. */
    TRANSPORT,
    /** A pair of candidates. */
    CANDIDATE_PAIR,
    /** A candidate of ours. */
    LOCAL_CANDIDATE,
    /** A candidate of the peer. */
    REMOTE_CANDIDATE,
    /** A certificate of DTLS. */
    CERTIFICATE;

    /** Returns the word of the specification. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
