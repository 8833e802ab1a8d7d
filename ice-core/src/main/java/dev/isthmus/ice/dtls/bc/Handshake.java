package dev.isthmus.ice.dtls.bc;

import dev.isthmus.ice.dtls.DtlsEvent;
import dev.isthmus.ice.dtls.DtlsReason;
import java.io.IOException;
import java.security.SecureRandom;
import org.bouncycastle.tls.DTLSTransport;
import org.bouncycastle.tls.DatagramTransport;
import org.jspecify.annotations.Nullable;

/** One side's part in a handshake: who it is, what it asks of the other, and what comes of it. */
interface Handshake {
    /** Whether {@link dev.isthmus.ice.dtls.DtlsEngine#start} begins it; otherwise the peer's first record does. */
    boolean startsItself();

    /** Whether the last flight is held back until the loop has been told. */
    boolean holdsLastFlight();

    /** Shakes hands; blocks. */
    DTLSTransport run(SecureRandom random, DatagramTransport transport) throws IOException;

    /** Returns what the owner is told after {@link #run}. */
    DtlsEvent done();

    /** Returns why this side refused the peer, or null. */
    @Nullable
    DtlsReason refusal();

    /** Returns the fatal alert of the peer's that ended the association, or -1. */
    default int receivedAlert() {
        return -1;
    }

    /** Returns the fatal alert of ours that ended the association, or -1. */
    default int sentAlert() {
        return -1;
    }

    /** Whether an alert has ended the association; the library closes its transport without a word to the reader. */
    boolean endedByPeer();
}
