package dev.isthmus.gateway.sdp;

import dev.isthmus.ice.ice.Candidate;
import dev.isthmus.ice.ice.IceCredentials;
import dev.isthmus.ice.sdp.CandidateAttribute;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A body of type {@code application/trickle-ice-sdpfrag} (RFC 8840, section 9).
 *
 * @param credentials of the generation that the candidates belong to
 * @param candidates that this agent can check
 * @param mid of the first media line, or null
 */
public record TrickleFragment(IceCredentials credentials, List<Candidate> candidates, @Nullable String mid) {

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
            } else if (line.startsWith("a=mid:") && mid == null) {
                mid = line.substring("a=mid:".length());
            } else if (line.startsWith("a=candidate:")) {
                Candidate candidate = CandidateAttribute.checkable(line.substring(2));
                if (candidate != null && candidate.component() == 1) {
                    candidates.add(candidate);
                }
            }
        }
        if (!IceCredentials.wellFormed(ufrag, password)) {
            throw new SdpProblem(0, "the fragment has no well-formed ice-ufrag and ice-pwd");
        }
        return new TrickleFragment(new IceCredentials(ufrag, password), candidates, mid);
    }

    /** Returns whether the fragment belongs to the generation with that fragment of the peer's; otherwise it is a restart. */
    public boolean isFor(String remoteUfrag) {
        return credentials.ufrag().equals(remoteUfrag);
    }
}
