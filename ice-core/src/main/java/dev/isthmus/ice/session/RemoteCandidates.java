package dev.isthmus.ice.session;

import dev.isthmus.ice.ice.Candidate;
import java.util.ArrayList;
import java.util.List;

/**
 * To which generation of the peer's its signalled candidates belong: signalling may bring those of a restart before the credentials, and those
 * of the time before it afterwards (RFC 8838, section 13; the {@code ufrag} of RFC 8839, section 5.1).
 */
final class RemoteCandidates {
    private static final int MOST_WAITING = 64;
    private static final int MOST_GENERATIONS = 16;

    /** What is to be done with one. */
    enum Use {
        NOW,
        WAITS,
        STALE,
        TOO_MANY
    }

    private record Waiting(String ufrag, Candidate candidate) {}

    private final List<Waiting> waiting = new ArrayList<>();
    private final List<String> past = new ArrayList<>();
    /** Generations that have come to their end, perhaps before their credentials. */
    private final List<String> ended = new ArrayList<>();
    private String present = "";

    /** Begins a generation, and returns what has waited for it. */
    List<Candidate> begin(String ufrag) {
        if (!ufrag.equals(present) && !present.isEmpty()) {
            limited(past, present);
        }
        present = ufrag;
        List<Candidate> now = waiting.stream().filter(w -> w.ufrag().equals(ufrag)).map(Waiting::candidate).toList();
        waiting.removeIf(w -> w.ufrag().equals(ufrag));
        return now;
    }

    /** Takes a candidate of a generation; an empty fragment means the present one. */
    Use take(String ufrag, Candidate candidate) {
        if (ufrag.isEmpty() || ufrag.equals(present)) {
            return Use.NOW;
        }
        if (past.contains(ufrag)) {
            return Use.STALE;
        }
        if (waiting.size() >= MOST_WAITING) {
            return Use.TOO_MANY;
        }
        waiting.add(new Waiting(ufrag, candidate));
        return Use.WAITS;
    }

    /** The peer has no more candidates of a generation. */
    void end(String ufrag) {
        limited(ended, ufrag.isEmpty() ? present : ufrag);
    }

    /** Returns whether the present generation has come to its end. */
    boolean hasEnded() {
        return ended.contains(present);
    }

    private static void limited(List<String> generations, String ufrag) {
        if (!generations.contains(ufrag)) {
            generations.add(ufrag);
        }
        if (generations.size() > MOST_GENERATIONS) {
            generations.remove(0);
        }
    }
}
