package dev.isthmus.ice.net;

import dev.isthmus.ice.count.Counters;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A train that its path could not take: its datagrams as messages of their own, sent one by one. */
final class SplitTrain {
    private static final int CAPACITY = 64;

    private final Libc.Errno errno;
    private final ByteBuffer header = ByteBuffer.allocateDirect(CAPACITY * MessageHeader.BYTES).order(ByteOrder.nativeOrder());
    private final ByteBuffer vector = ByteBuffer.allocateDirect(CAPACITY * Vectors.BYTES).order(ByteOrder.nativeOrder());
    private final long headers = Libc.address(header);
    private final long vectors = Libc.address(vector);
    private int count;

    SplitTrain(Libc.Errno errno) {
        this.errno = errno;
    }

    /** Adds a datagram that goes the way of the train's message, with the first bytes of its control data. */
    void add(ByteBuffer train, int message, int controlLength, long address, int length) {
        int i = count++;
        MessageHeader.copy(train, message, header, i);
        MessageHeader.controlLength(header, i, controlLength);
        MessageHeader.vectors(header, i, vectors + (long) i * Vectors.BYTES, 1);
        Vectors.set(vector, i, address, length);
    }

    /** Sends what was added; each failure is counted and costs its datagram only. */
    void send(int fd, Counters<NetReason> counters) {
        boolean retried = false;
        int at = 0;
        while (at < count) {
            int sent = Libc.sendmmsg(errno, fd, headers + (long) at * MessageHeader.BYTES, count - at);
            if (sent > 0) {
                counters.add(NetReason.DATAGRAMS_OUT, sent);
                at += sent;
                retried = false;
            } else if (sent == -Libc.EAGAIN) {
                counters.add(NetReason.SEND_BUFFER_FULL, count - at);
                at = count;
            } else if (!retried) {
                retried = true; // as for any datagram: the error may be another's
            } else {
                counters.count(NetReason.SEND_ERROR);
                at++;
                retried = false;
            }
        }
        count = 0;
    }
}
