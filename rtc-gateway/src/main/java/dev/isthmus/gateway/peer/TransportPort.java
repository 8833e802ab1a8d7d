package dev.isthmus.gateway.peer;

import java.util.function.Consumer;
import dev.isthmus.gateway.media.MediaPlan;
import dev.isthmus.gateway.sctp.SctpEvent;
import dev.isthmus.ice.dtls.Fingerprint;
import dev.isthmus.ice.dtls.bc.DtlsCertificate;
import dev.isthmus.ice.ice.IceCredentials;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An ICE transport with DTLS and SRTP over it, as it lives on an event loop. Every method is a message: it returns at once. */
public interface TransportPort {
    /**
     * How it begins.
     *
     * @param credentials ours
     * @param controlling whether this side made the offer
     * @param configuration servers and policy
     * @param components 2 where RTCP has a port of its own
     * @param cname the canonical name of what is sent
     */
    record Setup(IceCredentials credentials, boolean controlling, RTCConfiguration configuration, int components, String cname) {}

    /** What the peer says of ICE; a pacing of 0 says nothing. */
    record RemoteIce(IceCredentials credentials, boolean lite, int pacing) {}

    /** Who is who in DTLS: whether this side sends the ClientHello, our certificates, what the peer's must match. */
    record Dtls(boolean client, List<DtlsCertificate> certificates, List<Fingerprint> fingerprints) {}

    /** What became of DTLS; the alerts are -1 where there was none. */
    record DtlsOutcome(RTCDtlsTransportState state, List<byte[]> remoteCertificates, boolean client, int receivedAlert, int sentAlert,
            boolean wrongFingerprint, String why) {}

    /** The pair that was selected, as the candidates' lines. */
    record SelectedPair(String local, String remote) {}

    /** Hears of a transport; called on the connection's queue. */
    interface Listener {
        /** A candidate of ours, for a generation, and the server that it comes from. */
        void onCandidate(String ufrag, String line, @Nullable String url);

        /** A generation has no more candidates. */
        void onGathered(String ufrag);

        /** A server gave no candidate. */
        void onGatheringError(RTCPeerConnectionIceErrorEvent error);

        /** The checks got on, and data goes by a pair, where there is a new one. */
        void onIce(@Nullable SelectedPair pair, RTCIceTransportState state, boolean controlling);

        /** DTLS got on. */
        void onDtls(DtlsOutcome outcome);

        /** The first packet of a media description has come, or the first after a silence. */
        void onMedia(String mid);

        /** Nothing comes of a media description any more. */
        void onSilence(String mid);

        /** The association of the data channels got on. */
        void onSctp(List<SctpEvent> news);
    }

    /** Gathers, with our first credentials. */
    void gather();

    /** Begins another generation of ICE; servers that are new in the configuration are asked for candidates first. */
    void restart(IceCredentials local, RTCConfiguration configuration);

    /** Takes the peer's side of a generation: the checks begin. */
    void setRemote(RemoteIce remote);

    /** Takes a candidate of the peer, for a generation or, with an empty text, the latest. */
    void addCandidate(String line, String ufrag);

    /** The peer has no more candidates of a generation. */
    void endOfCandidates(String ufrag);

    /** Begins a DTLS association; one that was there before ends. */
    void startDtls(Dtls dtls);

    /** The peer multiplexes RTCP: its component ends. */
    void multiplex();

    /** Sends and receives this from now on. */
    void configure(MediaPlan plan);

    /** Returns the association of the data channels. */
    DataPort data();

    /** Counts together, and hands it over on the connection's queue; of one that has ended what there was then. */
    void measure(Consumer<TransportMeasurement> taker);

    /** Ends everything. */
    void close();
}
