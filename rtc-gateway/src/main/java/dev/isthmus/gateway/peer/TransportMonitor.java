package dev.isthmus.gateway.peer;

import dev.isthmus.gateway.media.LegStats;
import dev.isthmus.ice.ice.CandidatePair;
import dev.isthmus.ice.ice.IceState;
import org.jspecify.annotations.Nullable;

/** A transport as whoever runs its event loop looks at it, on that loop. */
public interface TransportMonitor {
    /** Returns the state of ICE. */
    IceState iceState();

    /** Returns whether this side nominates. */
    boolean isControlling();

    /** Returns whether an authentic check of the peer has ever arrived. */
    boolean heard();

    /** Returns how many pairs there are. */
    int pairs();

    /** Returns the pair that carries media, or null. */
    @Nullable
    CandidatePair selectedPair();

    /** Returns the state of DTLS. */
    RTCDtlsTransportState dtlsState();

    /** Returns why DTLS failed, or an empty text. */
    String dtlsFailure();

    /** Returns the name of the SRTP profile, or an empty text before there is one. */
    String srtpProfile();

    /** Returns the last round trip in milliseconds, or -1. */
    long roundTripMillis();

    /** Returns what has come from the peer. */
    LegStats received();

    /** Returns what has gone to the peer. */
    LegStats sent();

    /** Says what is to be run, on the loop, when ICE or DTLS gets on. */
    void onChange(Runnable task);
}
