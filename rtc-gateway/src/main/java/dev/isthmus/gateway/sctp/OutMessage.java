package dev.isthmus.gateway.sctp;

/** A message on its way to the peer. */
final class OutMessage {
    final int stream;
    final int protocol;
    final byte[] data;
    final boolean ordered;
    /** When it is given up, or {@link dev.isthmus.ice.time.Deadline#NONE}. */
    final long expiresNanos;
    /** How often each part may be sent again, or -1 for as often as needed. */
    final int mostRepeats;
    /** Its number in its stream, once a part was sent. */
    int number;
    boolean begun;
    boolean abandoned;
    /** How much of it has been cut into parts, and into how many. */
    int cut;
    int parts;

    OutMessage(int stream, int protocol, byte[] data, SendOptions options, long nowNanos) {
        this.stream = stream;
        this.protocol = protocol;
        this.data = data;
        this.ordered = options.ordered();
        this.expiresNanos = options.expires(nowNanos);
        this.mostRepeats = options.mostRepeats();
    }

    int left() {
        return data.length - cut;
    }

    boolean isExpired(long nowNanos) {
        return nowNanos - expiresNanos >= 0 && expiresNanos != dev.isthmus.ice.time.Deadline.NONE;
    }
}
