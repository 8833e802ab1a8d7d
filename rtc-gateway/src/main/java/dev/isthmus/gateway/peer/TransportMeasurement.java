package dev.isthmus.gateway.peer;

import dev.isthmus.gateway.media.MediaReport;
import dev.isthmus.ice.ice.Candidate;
import dev.isthmus.ice.ice.CandidatePair;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a transport has counted, at one moment.
 *
 * @param wallMillis when that was, in milliseconds since 1970
 * @param nowNanos the same on the clock of its loop
 * @param amount what went over it in all
 * @param locals our candidates
 * @param pairs of candidates, the selected one included
 * @param ownCertificate the one that the peer was shown, in DER, or null before the handshake
 * @param remoteCertificates the peer's in DER, its own first
 * @param srtpProfile its name, or an empty text
 * @param client whether we have sent the ClientHello, null while that is not decided
 * @param media what was counted of streams
 */
public record TransportMeasurement(double wallMillis, long nowNanos, Amount amount, List<Local> locals, List<Pair> pairs,
        byte @Nullable [] ownCertificate, List<byte[]> remoteCertificates, String srtpProfile, @Nullable Boolean client,
        MediaReport media) {
    /** How much data went a way. */
    public record Amount(long packetsSent, long bytesSent, long packetsReceived, long bytesReceived) {}

    /** A candidate of ours and the URL of the server that it comes from, or an empty text. */
    public record Local(Candidate candidate, String url) {}

    /**
     * A pair.
     *
     * @param number which one it is of all that the transport has had
     * @param selected whether data goes by it
     * @param roundTripNanos of the last check, 0 before there was one
     */
    public record Pair(int number, Candidate local, Candidate remote, CandidatePair.State state, boolean nominated, boolean selected,
            Amount amount, long requestsSent, long responsesReceived, long roundTripNanos, long totalRoundTripNanos) {}
}
