package dev.isthmus.ice.sdp;

import dev.isthmus.ice.ice.IceCredentials;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a description says about ICE, on one level (RFC 8839, section 5).
 *
 * @param ufrag the username fragment, or null when this level has none
 * @param password the password, or null when this level has none
 * @param options the options, {@code trickle} and {@code ice2} among them
 * @param lite whether the agent is a lite one (session level)
 * @param mismatch whether the agent found that the default address is none of the candidates
 * @param pacingMillis the pacing that the agent wants, or 0 when it says nothing
 * @param candidates the candidates; what is none by the grammar is left out
 * @param remoteCandidates what the controlling agent has selected, by component
 * @param endOfCandidates whether no more candidates come (RFC 8840)
 */
public record IceDescription(@Nullable String ufrag, @Nullable String password, Set<String> options, boolean lite, boolean mismatch,
        int pacingMillis, List<CandidateAttribute> candidates, List<RemoteCandidate> remoteCandidates, boolean endOfCandidates) {
    /** A candidate of ours that the peer names in {@code remote-candidates} (section 5.2). */
    public record RemoteCandidate(int component, String host, int port) {}

    /** The option of an agent that takes candidates one by one. */
    public static final String TRICKLE = "trickle";
    /** The option of an agent of RFC 8445. */
    public static final String ICE2 = "ice2";
    /** Lines beyond that are not looked at. */
    private static final int MOST_CANDIDATES = 256;
    private static final int WORDS_EACH = 3;

    /** Reads attributes, each as it stands behind {@code a=}; those that are not ICE's are passed over, those that are malformed too. */
    public static IceDescription parse(List<String> attributes) {
        Reader reader = new Reader();
        attributes.forEach(reader::read);
        return new IceDescription(reader.ufrag, reader.password, reader.options, reader.lite, reader.mismatch, reader.pacing,
                List.copyOf(reader.candidates), List.copyOf(reader.remotes), reader.end);
    }

    /** What has been read so far; the first of each kind counts. */
    private static final class Reader {
        private @Nullable String ufrag;
        private @Nullable String password;
        private final Set<String> options = new LinkedHashSet<>();
        private boolean lite;
        private boolean mismatch;
        private int pacing;
        private final List<CandidateAttribute> candidates = new ArrayList<>();
        private final List<RemoteCandidate> remotes = new ArrayList<>();
        private boolean end;

        void read(String attribute) {
            int colon = attribute.indexOf(':');
            String value = colon < 0 ? "" : attribute.substring(colon + 1).trim();
            if (!CandidateAttribute.isPrintable(value)) {
                return;
            }
            switch (colon < 0 ? attribute : attribute.substring(0, colon)) {
                case "ice-ufrag" -> ufrag = ufrag == null && value.matches("[A-Za-z0-9+/]{4,256}") ? value : ufrag;
                case "ice-pwd" -> password = password == null && value.matches("[A-Za-z0-9+/]{22,256}") ? value : password;
                case "ice-options" -> options.addAll(value.isEmpty() ? List.of() : List.of(value.split(" +")));
                case "ice-lite" -> lite = true;
                case "ice-mismatch" -> mismatch = true;
                case "ice-pacing" -> pacing = pacing == 0 && value.matches("\\d{1,9}") ? Integer.parseInt(value) : pacing;
                case "end-of-candidates" -> end = true;
                case "remote-candidates" -> remoteCandidates(value);
                case "candidate" -> {
                    CandidateAttribute candidate = candidates.size() < MOST_CANDIDATES ? CandidateAttribute.parse(value) : null;
                    if (candidate != null) {
                        candidates.add(candidate);
                    }
                }
                default -> {
                    // somebody else's
                }
            }
        }

        private void remoteCandidates(String value) {
            String[] words = value.split(" +");
            for (int i = 0; i + WORDS_EACH <= words.length && remotes.size() < MOST_CANDIDATES; i += WORDS_EACH) {
                if (words[i].matches("\\d{1,3}") && words[i + 2].matches("\\d{1,5}")) {
                    remotes.add(new RemoteCandidate(Integer.parseInt(words[i]), words[i + 1], Integer.parseInt(words[i + 2])));
                }
            }
        }
    }

    /** Returns the credentials when both parts are there. */
    public @Nullable IceCredentials credentials() {
        return ufrag == null || password == null ? null : new IceCredentials(ufrag, password);
    }

    /** Returns the attributes, each as it stands behind {@code a=}. */
    public List<String> toSdp() {
        List<String> lines = new ArrayList<>();
        if (lite) {
            lines.add("ice-lite");
        }
        if (ufrag != null) {
            lines.add("ice-ufrag:" + ufrag);
        }
        if (password != null) {
            lines.add("ice-pwd:" + password);
        }
        if (!options.isEmpty()) {
            lines.add("ice-options:" + String.join(" ", options));
        }
        if (pacingMillis > 0) {
            lines.add("ice-pacing:" + pacingMillis);
        }
        if (mismatch) {
            lines.add("ice-mismatch");
        }
        candidates.forEach(c -> lines.add(c.toSdp()));
        if (!remoteCandidates.isEmpty()) {
            StringBuilder remotes = new StringBuilder("remote-candidates:");
            remoteCandidates
                    .forEach(r -> remotes.append(remotes.charAt(remotes.length() - 1) == ':' ? "" : " ").append(r.component()).append(' ')
                            .append(r.host()).append(' ').append(r.port()));
            lines.add(remotes.toString());
        }
        if (endOfCandidates) {
            lines.add("end-of-candidates");
        }
        return lines;
    }
}
