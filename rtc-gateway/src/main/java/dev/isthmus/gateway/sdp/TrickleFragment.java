package dev.isthmus.gateway.sdp;

import dev.isthmus.ice.ice.IceCredentials;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A body of type {@code application/trickle-ice-sdpfrag} (RFC 8840, section 9).
 *
 * @param credentials of the generation that the candidates belong to
 * @param candidates in their order
 */
public record TrickleFragment(IceCredentials credentials, List<Candidate> candidates) {
    private static final String CANDIDATE = "a=candidate:";
    private static final String END = "a=end-of-candidates";

    /**
     * A candidate.
     *
     * @param line from {@code candidate:} on; empty when no more come
     * @param mid of the media description that it belongs to, or null where that is not said
     */
    public record Candidate(String line, @Nullable String mid) {}

    /** Parses a fragment; the exception names the line. */
    public static TrickleFragment parse(String text) throws SdpProblem {
        String ufrag = "";
        String password = "";
        String mid = null;
        List<Candidate> candidates = new ArrayList<>();
        String[] lines = text.split("\r\n|\n|\r");
        for (int i = 0; i < lines.length; i++) {
            String line = lines[i];
            if (line.isEmpty()) {
                continue;
            }
            if (line.length() < 2 || line.charAt(1) != '=') {
                throw new SdpProblem(i + 1, "a line must be a letter, an equals sign and a value");
            }
            if (line.startsWith("a=ice-ufrag:") && ufrag.isEmpty()) {
                ufrag = line.substring("a=ice-ufrag:".length());
            } else if (line.startsWith("a=ice-pwd:") && password.isEmpty()) {
                password = line.substring("a=ice-pwd:".length());
            } else if (line.startsWith("a=mid:")) {
                mid = line.substring("a=mid:".length());
            } else if (line.startsWith(CANDIDATE)) {
                candidates.add(new Candidate(line.substring(2), mid));
            } else if (line.equals(END)) {
                candidates.add(new Candidate("", mid));
            }
        }
        if (!IceCredentials.wellFormed(ufrag, password)) {
            throw new SdpProblem(0, "the fragment has no well-formed ice-ufrag and ice-pwd");
        }
        return new TrickleFragment(new IceCredentials(ufrag, password), List.copyOf(candidates));
    }

    /**
     * Returns an offer once more, as it is when ICE begins anew with the credentials and candidates of this fragment (RFC 9725, section 4.3.3).
     *
     * @param offer that is in force
     */
    public String restart(String offer) {
        StringBuilder text = new StringBuilder();
        for (String line : offer.split("\r\n|\n|\r")) {
            if (line.startsWith("a=ice-ufrag:")) {
                line = "a=ice-ufrag:" + credentials.ufrag();
            } else if (line.startsWith("a=ice-pwd:")) {
                line = "a=ice-pwd:" + credentials.password();
            } else if (line.startsWith(CANDIDATE) || line.equals(END)) {
                continue;
            }
            text.append(line).append("\r\n");
        }
        return text.toString();
    }

    /** Returns the fragment that tells the generation of a description of ours, with all its candidates. */
    public static String of(SessionDescription description) {
        StringBuilder text = new StringBuilder();
        for (SdpMedia media : description.media()) {
            if (media.port() == 0) {
                continue;
            }
            if (text.isEmpty()) {
                text.append("a=ice-ufrag:").append(description.value(media, "ice-ufrag")).append("\r\n");
                text.append("a=ice-pwd:").append(description.value(media, "ice-pwd")).append("\r\n");
            }
            List<SdpAttribute> candidates = media.all("candidate");
            if (!candidates.isEmpty()) {
                text.append("m=").append(media.kind()).append(" 9 UDP/TLS/RTP/SAVPF 0\r\n");
                text.append("a=mid:").append(media.mid()).append("\r\n");
                candidates.forEach(c -> text.append(CANDIDATE).append(c.value()).append("\r\n"));
                text.append(END).append("\r\n");
            }
        }
        return text.toString();
    }
}
