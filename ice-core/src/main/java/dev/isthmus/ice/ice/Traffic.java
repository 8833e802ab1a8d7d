package dev.isthmus.ice.ice;

/** How much data went a way, without what UDP, IP and TURN add to it. */
public final class Traffic {
    private long packetsSent;
    private long bytesSent;
    private long packetsReceived;
    private long bytesReceived;

    /** A packet has left. */
    public void sent(int bytes) {
        packetsSent++;
        bytesSent += bytes;
    }

    /** A packet has come. */
    public void received(int bytes) {
        packetsReceived++;
        bytesReceived += bytes;
    }

    /** Returns the packets that were sent. */
    public long packetsSent() {
        return packetsSent;
    }

    /** Returns the bytes that were sent. */
    public long bytesSent() {
        return bytesSent;
    }

    /** Returns the packets that came. */
    public long packetsReceived() {
        return packetsReceived;
    }

    /** Returns the bytes that came. */
    public long bytesReceived() {
        return bytesReceived;
    }
}
