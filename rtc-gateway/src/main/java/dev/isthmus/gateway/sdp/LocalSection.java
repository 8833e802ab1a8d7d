package dev.isthmus.gateway.sdp;

import dev.isthmus.ice.dtls.Fingerprint;
import dev.isthmus.ice.ice.IceCredentials;
import dev.isthmus.ice.sdp.CandidateAttribute;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A media description of ours that is to be written (RFC 9429, sections 5.2 and 5.3).
 *
 * @param kind audio, video, application or another word
 * @param protocol the transport protocol
 * @param formats what stands on the line when there are no codecs
 * @param mid its identification, or an empty text
 * @param state whether it is refused, and whether it has a transport of its own
 * @param media what is said of RTP, or null
 * @param data what is said of data channels, or null
 * @param transport how it is reached, or null where another one says that
 * @param mux whether RTCP is multiplexed, which browsers want to hear of every media description in a BUNDLE (RFC 9429 would have it once)
 */
public record LocalSection(String kind, String protocol, List<String> formats, String mid, State state, @Nullable Media media,
        @Nullable Data data, @Nullable Transport transport, boolean mux) {
    /** What the port says. */
    public enum State {
        /** It is in use. */
        OPEN,
        /** It is refused, or ended: port 0. */
        REJECTED,
        /** It has no transport of its own in any case: port 0 and {@code bundle-only}. */
        BUNDLE_ONLY
    }

    /**
     * What is said of RTP.
     *
     * @param direction who sends
     * @param namesTrack whether the streams and sources of the track are named: as long as it is sent, and from then on
     * @param codecs in their order of preference
     * @param extensions the header extensions
     * @param streams the ids of the media streams of the track that is sent
     * @param trackId of the track that is sent, or an empty text
     * @param simulcast the encodings
     * @param sources what is sent: the primary one first, then that of its repairs
     * @param cname the canonical name of the sources
     */
    public record Media(MediaDirection direction, boolean namesTrack, List<RtpFormat> codecs, List<HeaderExtension> extensions,
            List<String> streams,
            String trackId, Simulcast simulcast, List<Integer> sources, String cname) {}

    /**
     * What is said of data channels (RFC 8841).
     *
     * @param port of SCTP
     * @param maxMessageSize the longest message that is taken, in bytes, or 0 for any
     */
    public record Data(int port, long maxMessageSize) {
        /** What stands on the line. */
        public static final String FORMAT = "webrtc-datachannel";
    }

    /**
     * How it is reached.
     *
     * @param credentials of ICE
     * @param fingerprints of our certificates
     * @param setup the role in DTLS
     * @param tlsId of the DTLS association, or an empty text
     * @param candidates their lines, from {@code candidate:} on
     * @param endOfCandidates whether no more come
     * @param rtcp what is said of RTCP
     */
    public record Transport(IceCredentials credentials, List<Fingerprint> fingerprints, String setup, String tlsId, List<String> candidates,
            boolean endOfCandidates, Rtcp rtcp) {
        /** Returns the same with another id of the DTLS association. */
        public Transport withTlsId(String another) {
            return new Transport(credentials, fingerprints, setup, another, candidates, endOfCandidates, rtcp);
        }
    }

    /**
     * What is said of RTCP.
     *
     * @param port whether it has a port of its own that is named
     * @param muxOnly whether it must be
     * @param reducedSize whether it may be shorter than a compound packet
     */
    public record Rtcp(boolean port, boolean muxOnly, boolean reducedSize) {
        /** Of what has none. */
        public static final Rtcp NONE = new Rtcp(false, false, false);
    }

    private static final int DISCARD = 9;

    /** The address that those use who know nothing of ICE: of the candidates the one that is the likeliest to work (RFC 8445, section 5.1.4). */
    record Default(int port, String address) {
        private static final List<String> LIKELIEST = List.of("relay", "srflx", "prflx", "host");

        static Default of(List<String> candidates, int component) {
            Default best = new Default(DISCARD, "IP4 0.0.0.0");
            int rank = LIKELIEST.size();
            for (String line : candidates) {
                CandidateAttribute each = CandidateAttribute.parse(line);
                boolean fits = each != null && each.component() == component && each.transport().equals("udp") && !each.isMdns();
                int place = each == null ? -1 : LIKELIEST.indexOf(each.type());
                if (fits && each != null && place >= 0 && place < rank) {
                    rank = place;
                    best = new Default(each.port(), (each.host().indexOf(':') < 0 ? "IP4 " : "IP6 ") + each.host());
                }
            }
            return best;
        }
    }

    /** Returns the lines, without line ends. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        Transport reached = transport;
        Default rtp = Default.of(reached == null ? List.of() : reached.candidates(), 1);
        Media rtpMedia = media;
        Data onPort = data;
        List<String> onLine = rtpMedia == null || rtpMedia.codecs().isEmpty()
                ? onPort != null && protocol.equals(MediaSection.OLD_DATA) ? List.of(Integer.toString(onPort.port())) : formats
                : rtpMedia.codecs().stream().map(c -> Integer.toString(c.payloadType())).toList();
        lines.add("m=" + kind + " " + (state == State.OPEN ? rtp.port() : 0) + " " + protocol + " " + String.join(" ", onLine));
        lines.add("c=IN " + rtp.address());
        if (!mid.isEmpty()) {
            lines.add("a=mid:" + mid);
        }
        if (state == State.REJECTED) {
            lines.add("a=inactive");
            return lines;
        }
        if (state == State.BUNDLE_ONLY) {
            lines.add("a=bundle-only");
        }
        if (reached != null) {
            transport(lines, reached);
        }
        if (mux) {
            lines.add("a=rtcp-mux");
        }
        if (rtpMedia != null) {
            media(lines, rtpMedia);
        }
        Data channels = data;
        if (channels != null) {
            boolean old = protocol.equals(MediaSection.OLD_DATA);
            lines.add(old ? "a=sctpmap:" + channels.port() + " " + Data.FORMAT + " 65535" : "a=sctp-port:" + channels.port());
            lines.add("a=max-message-size:" + channels.maxMessageSize());
        }
        return lines;
    }

    private static void transport(List<String> lines, Transport t) {
        Rtcp rtcp = t.rtcp();
        if (rtcp.port()) {
            Default second = Default.of(t.candidates(), 2);
            lines.add("a=rtcp:" + second.port() + " IN " + second.address());
        }
        lines.add("a=ice-ufrag:" + t.credentials().ufrag());
        lines.add("a=ice-pwd:" + t.credentials().password());
        t.fingerprints().forEach(f -> lines.add("a=fingerprint:" + f));
        lines.add("a=setup:" + t.setup());
        if (!t.tlsId().isEmpty()) {
            lines.add("a=tls-id:" + t.tlsId());
        }
        t.candidates().forEach(c -> lines.add("a=" + c));
        if (t.endOfCandidates()) {
            lines.add("a=end-of-candidates");
        }
        if (rtcp.muxOnly()) {
            lines.add("a=rtcp-mux-only");
        }
        if (rtcp.reducedSize()) {
            lines.add("a=rtcp-rsize");
        }
    }

    private static void media(List<String> lines, Media m) {
        lines.add("a=" + m.direction());
        m.extensions().forEach(e -> lines.add(e.line()));
        m.codecs().forEach(c -> lines.addAll(c.lines()));
        lines.addAll(m.simulcast().lines());
        if (m.namesTrack()) {
            String track = m.trackId().isEmpty() ? "" : " " + m.trackId();
            (m.streams().isEmpty() ? List.of("-") : m.streams()).forEach(s -> lines.add("a=msid:" + s + track));
            if (m.sources().size() > 1) {
                lines.add("a=ssrc-group:FID " + String.join(" ", m.sources().stream().map(Integer::toUnsignedString).toList()));
            }
            m.sources().forEach(s -> lines.add("a=ssrc:" + Integer.toUnsignedString(s) + " cname:" + m.cname()));
        }
    }
}
