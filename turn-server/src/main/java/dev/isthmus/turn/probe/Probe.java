package dev.isthmus.turn.probe;

/**
 * One thing that a server must do, and how to see whether it does.
 *
 * @param id a name of its own
 * @param source the RFC and section that asks for it
 * @param says what is asked
 * @param body how to see it
 */
public record Probe(String id, String source, String says, Body body) {
    /** What a probe does; it ends well, or by one of the two exceptions. */
    public interface Body {
        void run(Trial trial) throws Exception;
    }

    /** The server does otherwise. */
    public static final class Failed extends Exception {
        private static final long serialVersionUID = 1;

        Failed(String why) {
            super(why);
        }
    }

    /** The server does not offer what the probe is about. */
    public static final class NotOffered extends Exception {
        private static final long serialVersionUID = 1;

        NotOffered(String why) {
            super(why);
        }
    }

    /** How a probe ended. */
    public enum Verdict {
        PASSED("passed"),
        FAILED("FAILED"),
        /** Never counted as passed. */
        NOT_OFFERED("not offered");

        private final String label;

        Verdict(String label) {
            this.label = label;
        }

        /** Returns the word for it in a table. */
        public String label() {
            return label;
        }
    }

    /** A probe with how it ended, and why when it did not pass. */
    public record Outcome(Probe probe, Verdict verdict, String why) {}
}
