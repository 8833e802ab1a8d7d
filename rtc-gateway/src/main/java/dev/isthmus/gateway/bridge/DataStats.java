package dev.isthmus.gateway.bridge;

/** What the data channels of a call have carried. Written on the call's loop. */
public final class DataStats {
    private int channels;
    private long toEndpoint;
    private long bytesToEndpoint;
    private long toClient;
    private long bytesToClient;
    private String failure = "";

    /** A channel has a flow now. */
    public void opened() {
        channels++;
    }

    /** A channel has none any more. */
    public void closed() {
        channels--;
    }

    /** A message goes to the endpoint. */
    public void toEndpoint(int bytes) {
        toEndpoint++;
        bytesToEndpoint += bytes;
    }

    /** A message goes to the client. */
    public void toClient(int bytes) {
        toClient++;
        bytesToClient += bytes;
    }

    /** The endpoint could not be reached, or has ended a flow by a fault. */
    public void failed(String why) {
        failure = why;
    }

    /** Returns how many channels have a flow. */
    public int channels() {
        return channels;
    }

    /** Returns the messages that went to the endpoint. */
    public long toEndpoint() {
        return toEndpoint;
    }

    /** Returns their bytes. */
    public long bytesToEndpoint() {
        return bytesToEndpoint;
    }

    /** Returns the messages that went to the client. */
    public long toClient() {
        return toClient;
    }

    /** Returns their bytes. */
    public long bytesToClient() {
        return bytesToClient;
    }

    /** Returns why a flow failed last, or an empty text. */
    public String failure() {
        return failure;
    }
}
