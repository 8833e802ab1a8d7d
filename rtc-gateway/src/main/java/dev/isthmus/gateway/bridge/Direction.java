package dev.isthmus.gateway.bridge;

/** The four directions of a call, each seen where packets cross the gateway's edge. */
public enum Direction {
    CLIENT_IN("from the client"),
    PLAIN_OUT("to the endpoint"),
    PLAIN_IN("from the endpoint"),
    CLIENT_OUT("to the client");

    private final String words;

    Direction(String words) {
        this.words = words;
    }

    /** Returns the direction in words. */
    public String words() {
        return words;
    }
}
