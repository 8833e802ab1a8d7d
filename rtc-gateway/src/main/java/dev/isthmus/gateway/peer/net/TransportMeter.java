package dev.isthmus.gateway.peer.net;

import dev.isthmus.gateway.media.MediaSession;
import dev.isthmus.gateway.peer.TransportMeasurement;
import dev.isthmus.ice.ice.CandidatePair;
import dev.isthmus.ice.ice.IceAgent;
import dev.isthmus.ice.ice.Traffic;
import dev.isthmus.ice.session.IceSession;
import dev.isthmus.ice.session.net.LiveSession;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Counts together what a transport has done. On the loop. */
final class TransportMeter {
    private final PeerLoop owner;
    private final DtlsLayer dtls;
    private final MediaSession media;
    private @Nullable LiveSession session;
    private @Nullable TransportMeasurement last;

    TransportMeter(PeerLoop owner, DtlsLayer dtls, MediaSession media) {
        this.owner = owner;
        this.dtls = dtls;
        this.media = media;
    }

    void over(LiveSession opened) {
        session = opened;
    }

    /** The transport ends: this is how it stays. */
    void end() {
        last = now();
    }

    TransportMeasurement measure() {
        TransportMeasurement ended = last;
        return ended == null ? now() : ended;
    }

    private TransportMeasurement now() {
        LiveSession open = session;
        List<TransportMeasurement.Local> locals = new ArrayList<>();
        List<TransportMeasurement.Pair> pairs = new ArrayList<>();
        for (int component = 1; open != null && component <= open.components(); component++) {
            IceSession ice = open.session(component);
            ice.agent().localCandidates().forEach(c -> locals.add(new TransportMeasurement.Local(c, ice.url(c))));
            collect(ice.agent(), pairs);
        }
        long now = owner.loop().nowNanos();
        return new TransportMeasurement(owner.wallMillis(), now, amount(open == null ? new Traffic() : open.traffic()), locals, pairs,
                dtls.ownCertificate(), dtls.remoteCertificates(), dtls.profile(), dtls.isClient(), media.report(now));
    }

    private static void collect(IceAgent agent, List<TransportMeasurement.Pair> to) {
        CandidatePair selected = agent.selectedPair();
        List<CandidatePair> all = new ArrayList<>(agent.pairs());
        if (selected != null && !all.contains(selected)) {
            all.add(selected); // of the generation before, until there is a better one
        }
        for (CandidatePair each : all) {
            to.add(new TransportMeasurement.Pair(each.number(), each.local(), each.remote(), each.state(), each.nominated(),
                    each == selected, amount(each.traffic()), each.requestsSent(), each.responsesReceived(), each.roundTripNanos(),
                    each.totalRoundTripNanos()));
        }
    }

    private static TransportMeasurement.Amount amount(Traffic of) {
        return new TransportMeasurement.Amount(of.packetsSent(), of.bytesSent(), of.packetsReceived(), of.bytesReceived());
    }
}
