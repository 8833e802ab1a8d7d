package dev.isthmus.gateway.peer;

import dev.isthmus.gateway.peer.stats.RTCCertificateStats;
import dev.isthmus.gateway.peer.stats.RTCIceCandidatePairStats;
import dev.isthmus.gateway.peer.stats.RTCIceCandidateStats;
import dev.isthmus.gateway.peer.stats.RTCStatsType;
import dev.isthmus.gateway.peer.stats.RTCTransportStats;
import dev.isthmus.ice.dtls.Fingerprint;
import dev.isthmus.ice.ice.Candidate;
import dev.isthmus.ice.ice.CandidatePair;
import dev.isthmus.ice.ice.CandidateTransport;
import dev.isthmus.ice.ice.IceCredentials;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.sdp.CandidateAttribute;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a transport adds to a report: itself, its certificates, candidates and pairs. */
final class TransportStats {
    private static final double NANOS = 1e9;
    private final Transport transport;
    private final TransportMeasurement measured;
    private final StatsCollector names;
    private final StatsBuilder report;
    private final String number;
    private final String id;
    private final double now;

    TransportStats(Transport transport, TransportMeasurement measured, StatsCollector names, StatsBuilder report) {
        this.transport = transport;
        this.measured = measured;
        this.names = names;
        this.report = report;
        this.number = transport.number + ":";
        this.id = names.id("T", Integer.toString(transport.number));
        this.now = measured.wallMillis();
    }

    void add() {
        measured.locals().forEach(local -> candidate(RTCStatsType.LOCAL_CANDIDATE, local.candidate(), local.url()));
        signalled();
        String selected = null;
        for (TransportMeasurement.Pair each : measured.pairs()) {
            String pair = pair(each);
            selected = each.selected() && (selected == null || each.local().component() == 1) ? pair : selected;
        }
        byte[] own = measured.ownCertificate();
        TransportMeasurement.Amount amount = measured.amount();
        IceCredentials local = transport.ice.local;
        Boolean client = measured.client();
        String certificate = own == null ? null : certificates(List.of(own));
        report.put(new RTCTransportStats(now, id, amount.packetsSent(), amount.packetsReceived(), amount.bytesSent(),
                amount.bytesReceived(), transport.ice.role, transport.ice.state, transport.dtls.state, local == null ? null : local.ufrag(),
                selected, certificate, certificates(measured.remoteCertificates()),
                client == null ? "unknown" : client ? "client" : "server",
                measured.srtpProfile().isEmpty() ? null : measured.srtpProfile().toUpperCase(Locale.ROOT)));
    }

    /** Candidates that the peer has told of and that no pair has. */
    private void signalled() {
        for (RTCIceCandidate each : transport.ice.remoteCandidates) {
            CandidateAttribute told = CandidateAttribute.parse(each.candidate());
            if (told != null) {
                String related = told.relatedHost();
                report.put(new RTCIceCandidateStats(now, RTCStatsType.REMOTE_CANDIDATE,
                        remote(told.component(), told.transport(), told.host(), told.port()), id, told.host(), told.port(),
                        told.transport(),
                        told.type(), told.priority(), null, told.foundation(), related, told.relatedPort() < 0 ? null : told.relatedPort(),
                        told.extensions().get("tcptype")));
            }
        }
    }

    private String remote(int component, String protocol, String host, int port) {
        return names.id("RC", number + component + protocol + host + " " + port);
    }

    private String candidate(RTCStatsType type, Candidate c, @Nullable String url) {
        String protocol = c.transport().isTcp() ? "tcp" : "udp";
        TransportAddress related = c.related();
        String name = type == RTCStatsType.LOCAL_CANDIDATE
                ? names.id("LC", number + c.component() + protocol + c.type() + c.address() + c.base() + c.transport())
                : remote(c.component(), protocol, c.address().host(), c.address().port());
        report.put(new RTCIceCandidateStats(now, type, name, id, c.address().host(), c.address().port(), protocol, c.type().token(),
                c.priority(), url == null || url.isEmpty() ? null : url, c.foundation(), related == null ? null : related.host(),
                related == null ? null : related.port(), c.transport() == CandidateTransport.UDP ? null : c.transport().tcpType()));
        return name;
    }

    private String local(Candidate of) {
        String url = measured.locals().stream().filter(l -> l.candidate().equals(of)).map(TransportMeasurement.Local::url).findFirst()
                .orElse(null);
        return candidate(RTCStatsType.LOCAL_CANDIDATE, of, url);
    }

    private String pair(TransportMeasurement.Pair p) {
        String name = names.id("CP", number + p.number());
        TransportMeasurement.Amount amount = p.amount();
        long bitrate = measured.media().bitsPerSecond();
        report.put(new RTCIceCandidatePairStats(now, name, id, local(p.local()), candidate(RTCStatsType.REMOTE_CANDIDATE, p.remote(), null),
                word(p.state()), p.nominated(), amount.packetsSent(), amount.packetsReceived(), amount.bytesSent(), amount.bytesReceived(),
                p.totalRoundTripNanos() / NANOS, p.responsesReceived() == 0 ? null : p.roundTripNanos() / NANOS,
                p.selected() && bitrate > 0 ? (double) bitrate : null, p.requestsSent(), p.responsesReceived()));
        return name;
    }

    private static String word(CandidatePair.State state) {
        return state.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Adds a chain; returns the id of its first. */
    private @Nullable String certificates(List<byte[]> chain) {
        String next = null;
        for (byte[] der : chain.reversed()) {
            Fingerprint fingerprint = Fingerprint.of(Fingerprint.DEFAULT_ALGORITHM, der);
            String name = names.id("CF", fingerprint.value());
            report.put(new RTCCertificateStats(now, name, fingerprint.value(), fingerprint.algorithm(),
                    Base64.getEncoder().encodeToString(der), next));
            next = name;
        }
        return next;
    }
}
