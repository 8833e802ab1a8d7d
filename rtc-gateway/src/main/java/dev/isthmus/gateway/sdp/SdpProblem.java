package dev.isthmus.gateway.sdp;

/** A description that cannot be accepted; an HTTP caller gets it as 400. Thrown by the parser only, never on a media loop. */
public final class SdpProblem extends Exception {
    private static final long serialVersionUID = 1;
    private final int line;

    /** Creates one for a line, counted from 1; 0 means the description as a whole. */
    public SdpProblem(int line, String reason) {
        super((line > 0 ? "line " + line + ": " : "") + reason);
        this.line = line;
    }

    /** Returns the line's number from 1, or 0. */
    public int line() {
        return line;
    }
}
