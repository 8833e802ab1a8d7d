package dev.isthmus.ice.net;

import dev.isthmus.ice.count.Counters;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The output of a loop: datagrams of any of its ports, copied into slots and sent at the end of the turn, neighbours of one socket in one
 * sendmmsg. When the slots are used up in mid-turn, what is there goes out at once.
 */
final class SendBatch {
    private static final int COUNT = 128;
    private static final int SLOT_BYTES = ReceiveBatch.SLOT_BYTES + ReceiveBatch.HEADROOM;
    private static final int CONTROL_BYTES = 48;

    private final Counters<NetReason> counters;
    private final Libc.Errno errno;
    private final MemorySegment headers;
    private final ByteBuffer header;
    private final ByteBuffer vector;
    private final ByteBuffer names;
    private final ByteBuffer control;
    private final ByteBuffer payload;
    private final int[] sockets = new int[COUNT];
    private int count;

    SendBatch(Counters<NetReason> counters, Libc.Errno errno) {
        this.counters = counters;
        this.errno = errno;
        Arena arena = Arena.ofAuto();
        headers = arena.allocate((long) COUNT * MessageHeader.BYTES, 16);
        MemorySegment vectors = arena.allocate((long) COUNT * 16, 16);
        MemorySegment nameMemory = arena.allocate((long) COUNT * SockAddr.ROOM, 16);
        MemorySegment controlMemory = arena.allocate((long) COUNT * CONTROL_BYTES, 16);
        MemorySegment payloadMemory = arena.allocate((long) COUNT * SLOT_BYTES, 64);
        header = headers.asByteBuffer().order(ByteOrder.nativeOrder());
        vector = vectors.asByteBuffer().order(ByteOrder.nativeOrder());
        names = nameMemory.asByteBuffer();
        control = controlMemory.asByteBuffer().order(ByteOrder.nativeOrder());
        payload = payloadMemory.asByteBuffer();
        for (int i = 0; i < COUNT; i++) {
            vector.putLong(i * 16, payloadMemory.address() + (long) i * SLOT_BYTES);
            MessageHeader.name(header, i, nameMemory.address() + (long) i * SockAddr.ROOM, 0);
            MessageHeader.vectors(header, i, vectors.address() + i * 16L, 1);
            MessageHeader.control(header, i, controlMemory.address() + (long) i * CONTROL_BYTES, 0);
        }
    }

    /** Queues a datagram to the key's remote side, from its local side when the socket is on a wildcard. */
    void add(int fd, AddressKey to, boolean fromLocal, ByteBuffer source, int offset, int length) {
        if (length > SLOT_BYTES) {
            counters.count(NetReason.SEND_TOO_LONG);
            return;
        }
        if (count == COUNT) {
            flush();
        }
        int i = count++;
        sockets[i] = fd;
        payload.put(i * SLOT_BYTES, source, offset, length);
        vector.putLong(i * 16 + 8, length);
        int nameLength = SockAddr.write(names, i * SockAddr.ROOM, to.ipv4(), to.remoteHigh(), to.remoteLow(), to.remotePort(), to.scope());
        MessageHeader.nameLength(header, i, nameLength);
        MessageHeader.controlLength(header, i, fromLocal ? writePacketInfo(i * CONTROL_BYTES, to) : 0);
    }

    private int writePacketInfo(int at, AddressKey to) {
        if (to.ipv4()) {
            control.putLong(at, 16 + 12);
            control.putInt(at + 8, Libc.IPPROTO_IP);
            control.putInt(at + 12, Libc.IP_PKTINFO);
            control.putInt(at + 16, 0);
            control.putInt(at + 20, Integer.reverseBytes((int) to.localLow()));
            control.putInt(at + 24, 0);
            return 32;
        }
        control.putLong(at, 16 + 20);
        control.putInt(at + 8, Libc.IPPROTO_IPV6);
        control.putInt(at + 12, Libc.IPV6_PKTINFO);
        control.putLong(at + 16, Long.reverseBytes(to.localHigh()));
        control.putLong(at + 24, Long.reverseBytes(to.localLow()));
        control.putInt(at + 32, to.scope());
        return 40;
    }

    /** Sends everything queued. */
    void flush() {
        int from = 0;
        while (from < count) {
            int fd = sockets[from];
            int to = from + 1;
            while (to < count && sockets[to] == fd) {
                to++;
            }
            send(fd, from, to);
            from = to;
        }
        count = 0;
    }

    private void send(int fd, int from, int to) {
        boolean retried = false;
        int at = from;
        while (at < to) {
            int sent = Libc.sendmmsg(errno, fd, headers.address() + (long) at * MessageHeader.BYTES, to - at);
            if (sent > 0) {
                counters.add(NetReason.DATAGRAMS_OUT, sent);
                at += sent;
                retried = false;
            } else if (sent == -Libc.EAGAIN) {
                counters.add(NetReason.SEND_BUFFER_FULL, to - at);
                return;
            } else if (sent == -Libc.ECONNREFUSED && !retried) {
                retried = true; // the error belongs to an earlier datagram, perhaps to another peer
            } else {
                counters.count(retried ? NetReason.SEND_REFUSED : NetReason.SEND_ERROR);
                at++;
                retried = false;
            }
        }
    }
}
