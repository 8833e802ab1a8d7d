package dev.isthmus.ice.net;

import java.nio.ByteBuffer;

/**
 * A view of one received datagram: where it came from, where it arrived, and its bytes inside a buffer that belongs to the loop. Valid only
 * during the call that hands it over; the same object serves the next datagram. The receiver may change the bytes in place, and the
 * {@link #HEADROOM} bytes in front of them.
 */
public final class Datagram {
    /** Bytes in front of every received datagram that a receiver may fill with a header of its own. */
    public static final int HEADROOM = ReceiveBatch.HEADROOM;
    private final AddressKey key = new AddressKey();
    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private int offset;
    private int length;
    private boolean follows;
    private int traffic;

    /** Points this view at other bytes; the key is set apart. */
    public Datagram wrap(ByteBuffer newBuffer, int newOffset, int newLength) {
        if (buffer != newBuffer) {
            buffer = newBuffer; // rarely: a reference costs the collector's barriers
        }
        follows = false;
        offset = newOffset;
        length = newLength;
        return this;
    }

    /** Says whether this came in one train with the datagram handed over before; {@link #wrap} says no. */
    public Datagram follows(boolean inTrain) {
        follows = inTrain;
        return this;
    }

    /** Returns whether this came in one train with the datagram handed over before, and so is of the same flow. */
    public boolean follows() {
        return follows;
    }

    /** Sets the traffic class. */
    Datagram traffic(int trafficClass) {
        traffic = trafficClass;
        return this;
    }

    /** Returns the DSCP and ECN bits of the IP header, or 0 when the port does not ask for them. */
    public int traffic() {
        return traffic;
    }

    /** Returns the flow: local is where the datagram arrived, remote is where it came from. */
    public AddressKey key() {
        return key;
    }

    /** Returns the buffer that holds the bytes; use absolute access from {@link #offset}. */
    public ByteBuffer buffer() {
        return buffer;
    }

    /** Returns the index of the first byte. */
    public int offset() {
        return offset;
    }

    /** Returns the number of bytes. */
    public int length() {
        return length;
    }
}
