package dev.isthmus.gateway.matrix;

/** A peer connection of somebody else's making, which sends a tone and pictures and says what it hears and sees. */
public interface RealPeer extends AutoCloseable {

    /** Sends a tone. */
    void addAudio(int hertz) throws Exception;

    /** Sends pictures with a codec, VP8 or H264. */
    void addVideo(String codec) throws Exception;

    /** Stops sending its pictures, as from the next exchange. */
    void removeVideo() throws Exception;

    /** Gives the first transceiver of a kind another direction, as from the next exchange. */
    void direct(String kind, String direction) throws Exception;

    /** Makes an offer and sets it; returns it with all candidates. */
    String offer(boolean iceRestart) throws Exception;

    /** Sets an offer and its answer; returns the answer with all candidates. */
    String answer(String offer) throws Exception;

    /** Sets an answer. */
    void accept(String answer) throws Exception;

    /** Returns the frequency of what it hears in Hz, 0 when it hears nothing. */
    double frequency() throws Exception;

    /** Returns how many pictures it has decoded. */
    int framesDecoded() throws Exception;

    /**
     * Opens a data channel, as from the next exchange where there is none yet. It is called {@code matrix-ordered} or {@code matrix-unordered}: not every stack
     * tells the other side's application which one it is.
     *
     * @param maxRetransmits how often a message is sent again, or -1 for as often as it takes
     */
    void openChannel(boolean ordered, int maxRetransmits) throws Exception;

    /** Returns what a channel of the matrix is called. */
    static String label(boolean ordered) {
        return ordered ? "matrix-ordered" : "matrix-unordered";
    }

    /** Sends so many messages of a size: each is its number in four bytes, and then bytes that count on from that. */
    void sendMessages(int count, int size) throws Exception;

    /** Closes its channel. */
    void closeChannel() throws Exception;

    /** Returns how far its channel is, in the specification's word. */
    String channelState() throws Exception;

    /** Returns how many messages have come, or -1 when one was not as it should be. */
    int messages() throws Exception;

    @Override
    void close() throws Exception;
}
