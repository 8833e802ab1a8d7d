package dev.isthmus.gateway.sdp;

import dev.isthmus.ice.dtls.Fingerprint;
import dev.isthmus.ice.ice.Candidate;
import dev.isthmus.ice.ice.IceCredentials;
import dev.isthmus.ice.sdp.CandidateAttribute;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What an offer and the codecs of an endpoint have in common: at most one audio and one video line, bundled, with RTCP multiplexed. The other
 * lines are refused.
 *
 * @param offer the description
 * @param lines one entry for each media line of the offer, null for a refused one
 * @param remote the offerer's ICE credentials
 * @param candidates the offerer's candidates that this agent can check
 * @param fingerprints of the offerer's certificate
 * @param dtlsClient whether this side sends the ClientHello (RFC 5763, section 5)
 */
public record Negotiation(SessionDescription offer, List<@Nullable Line> lines, IceCredentials remote, List<Candidate> candidates,
        List<Fingerprint> fingerprints, boolean dtlsClient) {
    private static final String MID_EXTENSION = "urn:ietf:params:rtp-hdrext:sdes:mid";

    /** A codec that both sides know, with the payload type of each. */
    public record Shared(Codec client, Codec plain) {}

    /**
     * An accepted media line.
     *
     * @param mid its identification, empty when the offer has none
     * @param codecs in the endpoint's order of preference, not empty
     * @param clientSends whether the offerer sends
     * @param clientReceives whether the offerer receives
     * @param midExtension the id of the MID header extension, 0 when it is not used
     */
    public record Line(SdpMedia media, String mid, List<Shared> codecs, boolean clientSends, boolean clientReceives, int midExtension) {
        /** Returns audio or video. */
        public String kind() {
            return media.kind();
        }
    }

    /** Negotiates; the exception says which line cannot be accepted and why. */
    public static Negotiation of(SessionDescription offer, List<Codec> endpoint) throws SdpProblem {
        List<String> bundle = offer.bundle();
        List<@Nullable Line> lines = new ArrayList<>();
        SdpMedia transport = null;
        for (SdpMedia media : offer.media()) {
            boolean taken = lines.stream().anyMatch(l -> l != null && l.kind().equals(media.kind()));
            boolean sameTransport = transport == null || bundle.contains(media.mid()) && bundle.contains(transport.mid());
            Line line = taken || !sameTransport ? null : line(media, endpoint);
            transport = line != null && transport == null ? media : transport;
            lines.add(line);
        }
        if (transport == null) {
            throw new SdpProblem(0, "no audio or video line has a codec of the endpoint, RTP over DTLS-SRTP and rtcp-mux");
        }
        return new Negotiation(offer, withoutDoubleIds(lines), credentials(offer, carrier(offer, transport)), candidates(offer),
                fingerprints(offer, carrier(offer, transport)), dtlsClient(offer, carrier(offer, transport)));
    }

    /** A bundle-only line may leave the transport's attributes to the first line of its BUNDLE (RFC 9143, section 7.1.3). */
    private static SdpMedia carrier(SessionDescription offer, SdpMedia media) {
        if (offer.value(media, "ice-ufrag") != null || !offer.bundle().contains(media.mid())) {
            return media;
        }
        return offer.media().stream().filter(m -> offer.bundle().get(0).equals(m.mid())).findFirst().orElse(media);
    }

    private static @Nullable Line line(SdpMedia media, List<Codec> endpoint) {
        boolean known = media.kind().equals("audio") || media.kind().equals("video");
        boolean secured = media.protocol().equals("UDP/TLS/RTP/SAVPF") || media.protocol().equals("UDP/TLS/RTP/SAVP");
        boolean present = media.port() != 0 || media.has("bundle-only");
        if (!known || !secured || !present || !media.has("rtcp-mux")) {
            return null;
        }
        List<Shared> shared = new ArrayList<>();
        for (Codec plain : endpoint) {
            for (String format : media.formats()) {
                Codec client = Codec.offered(media, format);
                if (client != null && client.sameAs(plain) && shared.stream().noneMatch(s -> s.plain().equals(plain))) {
                    shared.add(new Shared(client, plain));
                }
            }
        }
        String direction = media.direction();
        boolean sends = direction.equals("sendrecv") || direction.equals("sendonly");
        boolean receives = direction.equals("sendrecv") || direction.equals("recvonly");
        return shared.isEmpty() ? null : new Line(media, media.mid(), List.copyOf(shared), sends, receives, midExtension(media));
    }

    private static int midExtension(SdpMedia media) {
        for (SdpAttribute extension : media.all("extmap")) {
            String[] parts = extension.value().split(" +");
            if (parts.length >= 2 && parts[1].equals(MID_EXTENSION) && parts[0].matches("\\d{1,2}")) {
                return Integer.parseInt(parts[0]);
            }
        }
        return 0;
    }

    /** RFC 9143, section 9: one id may not mean two extensions in a BUNDLE; a line that uses the id otherwise loses the extension. */
    private static List<@Nullable Line> withoutDoubleIds(List<@Nullable Line> lines) {
        List<@Nullable Line> result = new ArrayList<>();
        for (Line line : lines) {
            boolean clashes = line != null && line.midExtension() != 0
                    && lines.stream().anyMatch(o -> o != null && o != line && usesForOther(o.media(), line.midExtension()));
            result.add(line == null || !clashes
                    ? line
                    : new Line(line.media(), line.mid(), line.codecs(), line.clientSends(), line.clientReceives(), 0));
        }
        return result;
    }

    private static boolean usesForOther(SdpMedia media, int id) {
        return media.all("extmap").stream().map(SdpAttribute::value)
                .anyMatch(v -> v.startsWith(id + " ") && !v.contains(MID_EXTENSION));
    }

    private static IceCredentials credentials(SessionDescription offer, SdpMedia media) throws SdpProblem {
        String ufrag = offer.value(media, "ice-ufrag");
        String password = offer.value(media, "ice-pwd");
        if (ufrag == null || password == null) {
            throw new SdpProblem(media.line(), "the " + media.kind() + " line has no ice-ufrag or ice-pwd");
        }
        if (!IceCredentials.wellFormed(ufrag, password)) {
            throw new SdpProblem(media.line(), "the ice-ufrag or ice-pwd of the " + media.kind() + " line is malformed");
        }
        return new IceCredentials(ufrag, password);
    }

    private static List<Candidate> candidates(SessionDescription offer) {
        List<Candidate> found = new ArrayList<>();
        for (SdpMedia media : offer.media()) {
            for (SdpAttribute attribute : media.all("candidate")) {
                Candidate candidate = CandidateAttribute.checkable(attribute.value());
                if (candidate != null && candidate.component() == 1
                        && found.stream().noneMatch(c -> c.address().equals(candidate.address()))) {
                    found.add(candidate);
                }
            }
        }
        return found;
    }

    private static List<Fingerprint> fingerprints(SessionDescription offer, SdpMedia media) throws SdpProblem {
        List<SdpAttribute> lines = offer.all(media, "fingerprint");
        List<Fingerprint> found = lines.stream().map(a -> Fingerprint.parse(a.value())).filter(Objects::nonNull)
                .map(Objects::requireNonNull).toList();
        if (found.isEmpty()) {
            throw lines.isEmpty()
                    ? new SdpProblem(media.line(), "the " + media.kind() + " line has no fingerprint")
                    : new SdpProblem(lines.get(0).line(),
                            "a fingerprint must be sha-256, sha-384 or sha-512 with its bytes in hexadecimal");
        }
        return found;
    }

    private static boolean dtlsClient(SessionDescription offer, SdpMedia media) throws SdpProblem {
        String setup = offer.value(media, "setup");
        if (setup == null || setup.equals("actpass") || setup.equals("active")) {
            return false;
        }
        if (setup.equals("passive")) {
            return true;
        }
        SdpAttribute line = media.attribute("setup");
        throw new SdpProblem(line == null ? media.line() : line.line(), "setup must be actpass, active or passive in an offer");
    }

    /** Returns the accepted line of a kind, or null. */
    public @Nullable Line line(String kind) {
        Predicate<@Nullable Line> isKind = l -> l != null && l.kind().equals(kind);
        return lines.stream().filter(isKind).findFirst().orElse(null);
    }
}
