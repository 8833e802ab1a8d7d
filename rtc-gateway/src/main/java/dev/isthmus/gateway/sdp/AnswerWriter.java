package dev.isthmus.gateway.sdp;

import dev.isthmus.ice.dtls.Fingerprint;
import dev.isthmus.ice.ice.Candidate;
import dev.isthmus.ice.ice.IceCredentials;
import dev.isthmus.ice.sdp.CandidateAttribute;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Writes the answer to a negotiated offer (RFC 3264, section 6; RFC 9429, section 5.3). */
public final class AnswerWriter {
    private static final String MID_EXTENSION = "urn:ietf:params:rtp-hdrext:sdes:mid";

    /**
     * Our side of the session.
     *
     * @param sessionId the number in the origin line
     * @param credentials ICE
     * @param candidates all of ours
     * @param fingerprint of our certificate
     * @param ssrcs what we send with, by kind
     * @param cname the canonical name of our sources
     */
    public record Local(long sessionId, IceCredentials credentials, List<Candidate> candidates, Fingerprint fingerprint,
            Map<String, Integer> ssrcs, String cname) {}

    private final StringBuilder out = new StringBuilder();
    private final Negotiation negotiation;
    private final Local local;

    private AnswerWriter(Negotiation negotiation, Local local) {
        this.negotiation = negotiation;
        this.local = local;
    }

    /** Returns the answer. */
    public static String write(Negotiation negotiation, Local local) {
        AnswerWriter writer = new AnswerWriter(negotiation, local);
        writer.session();
        for (int i = 0; i < negotiation.lines().size(); i++) {
            Negotiation.Line line = negotiation.lines().get(i);
            SdpMedia media = negotiation.offer().media().get(i);
            if (line == null) {
                writer.refused(media);
            } else {
                writer.accepted(line);
            }
        }
        return writer.out.toString();
    }

    private void line(String text) {
        out.append(text).append("\r\n");
    }

    private void session() {
        line("v=0");
        line("o=- " + Long.toUnsignedString(local.sessionId() & Long.MAX_VALUE) + " 1 IN IP4 127.0.0.1");
        line("s=-");
        line("t=0 0");
        List<String> mids = negotiation.lines().stream().filter(Objects::nonNull).map(l -> Objects.requireNonNull(l).mid())
                .filter(negotiation.offer().bundle()::contains).toList();
        if (!mids.isEmpty()) {
            line("a=group:BUNDLE " + String.join(" ", mids));
        }
        line("a=msid-semantic: WMS isthmus");
        line("a=ice-options:trickle");
    }

    private void refused(SdpMedia media) {
        line("m=" + media.kind() + " 0 " + media.protocol() + " " + String.join(" ", media.formats()));
        line("c=IN IP4 0.0.0.0");
        String mid = media.value("mid");
        if (mid != null) {
            line("a=mid:" + mid);
        }
        line("a=inactive");
    }

    private void accepted(Negotiation.Line accepted) {
        Candidate first = local.candidates().get(0);
        String formats = String.join(" ", accepted.codecs().stream().map(c -> Integer.toString(c.client().payloadType())).toList());
        line("m=" + accepted.kind() + " " + first.address().port() + " " + accepted.media().protocol() + " " + formats);
        line("c=IN " + (first.address().ipv4() ? "IP4 " : "IP6 ") + first.address().host());
        line("a=rtcp-mux");
        if (!accepted.mid().isEmpty()) {
            line("a=mid:" + accepted.mid());
        }
        line("a=" + direction(accepted));
        if (accepted.midExtension() > 0) {
            line("a=extmap:" + accepted.midExtension() + " " + MID_EXTENSION);
        }
        accepted.codecs().forEach(c -> codec(accepted, c.client()));
        line("a=ice-ufrag:" + local.credentials().ufrag());
        line("a=ice-pwd:" + local.credentials().password());
        line("a=fingerprint:" + local.fingerprint());
        line("a=setup:" + (negotiation.dtlsClient() ? "active" : "passive"));
        local.candidates().forEach(c -> line("a=" + CandidateAttribute.line(c)));
        line("a=end-of-candidates");
        Integer ssrc = local.ssrcs().get(accepted.kind());
        if (accepted.clientReceives() && ssrc != null) {
            line("a=msid:isthmus " + accepted.kind());
            line("a=ssrc:" + Integer.toUnsignedString(ssrc) + " cname:" + local.cname());
        }
    }

    private static String direction(Negotiation.Line line) {
        if (line.clientSends()) {
            return line.clientReceives() ? "sendrecv" : "recvonly";
        }
        return line.clientReceives() ? "sendonly" : "inactive";
    }

    private void codec(Negotiation.Line accepted, Codec codec) {
        String format = Integer.toString(codec.payloadType());
        line("a=rtpmap:" + codec.rtpmap());
        String parameters = accepted.media().ofFormat("fmtp", format);
        if (parameters != null && codec.name().equals("opus")) {
            line("a=fmtp:" + format + " " + parameters);
        }
        if (codec.kind().equals("video")) {
            for (String feedback : List.of("nack pli", "ccm fir")) {
                if (offers(accepted.media(), format, feedback)) {
                    line("a=rtcp-fb:" + format + " " + feedback);
                }
            }
        }
    }

    private static boolean offers(SdpMedia media, String format, String feedback) {
        return media.all("rtcp-fb").stream().map(SdpAttribute::value)
                .anyMatch(v -> v.equals(format + " " + feedback) || v.equals("* " + feedback));
    }

    /** Returns the description of a plain endpoint's stream, for a receiver such as ffmpeg. */
    public static String plain(String name, List<PlainLine> lines) {
        StringBuilder text = new StringBuilder("v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=" + name + "\r\nt=0 0\r\n");
        for (PlainLine line : lines) {
            String formats = String.join(" ", line.codecs().stream().map(c -> Integer.toString(c.payloadType())).toList());
            text.append("m=").append(line.kind()).append(' ').append(line.port()).append(" RTP/AVP ").append(formats).append("\r\n");
            text.append("c=IN ").append(line.host().indexOf(':') < 0 ? "IP4 " : "IP6 ").append(line.host()).append("\r\n");
            line.codecs().forEach(c -> text.append("a=rtpmap:").append(c.rtpmap()).append("\r\n"));
            if (line.rtcpMux()) {
                text.append("a=rtcp-mux\r\n");
            }
        }
        return text.toString();
    }

    /** One media line of a plain endpoint. */
    public record PlainLine(String kind, String host, int port, boolean rtcpMux, List<Codec> codecs) {}

    /** Returns the fragment that answers a restart (RFC 8840, section 9; RFC 9725, section 4.3). */
    public static String fragment(IceCredentials credentials, List<Candidate> candidates, @Nullable String mid) {
        StringBuilder text = new StringBuilder();
        text.append("a=ice-ufrag:").append(credentials.ufrag()).append("\r\na=ice-pwd:").append(credentials.password()).append("\r\n");
        text.append("m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n");
        if (mid != null) {
            text.append("a=mid:").append(mid).append("\r\n");
        }
        candidates.forEach(c -> text.append("a=").append(CandidateAttribute.line(c)).append("\r\n"));
        return text.append("a=end-of-candidates\r\n").toString();
    }
}
