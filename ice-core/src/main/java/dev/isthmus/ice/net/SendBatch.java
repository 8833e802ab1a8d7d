package dev.isthmus.ice.net;

import dev.isthmus.ice.count.Counters;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The output of a loop: datagrams of any of its ports, copied, and sent at the end of the turn. Datagrams of one length that go the same way
 * become a train, which crosses the kernel as one (UDP_SEGMENT) wherever in the turn they were queued; the rest goes out as neighbours of one
 * socket in one sendmmsg. When the room is used up in mid-turn, what is there goes out at once.
 *
 * <p>The order of what goes one way is kept. A train ends with its first datagram that is shorter; one that is longer begins another.
 */
final class SendBatch {
    /** Messages to the kernel: single datagrams and trains. */
    private static final int MESSAGES = 256;
    private static final int BYTES = 1 << 20;
    private static final int LONGEST = ReceiveBatch.SLOT_BYTES + ReceiveBatch.HEADROOM;
    /** What any kernel with UDP_SEGMENT takes (UDP_MAX_SEGMENTS, 64 before Linux 6.9). */
    private static final int TRAIN_PIECES = 64;
    private static final int TRAIN_BYTES = 65_000;
    /** The local address of an IPv6 datagram takes 40, its traffic class and the length of a train's datagrams 24 each. */
    private static final int CONTROL_BYTES = 96;
    private static final int WAYS = 256;
    /** How many ways whose hashes share a place can still have a train each. */
    private static final int PROBES = 4;

    /** Hears of datagrams that this host has no way for. */
    interface Failures {
        void onUnreachable(int fd, ByteBuffer names, int at);
    }

    private final Counters<NetReason> counters;
    private final Failures failures;
    private final Libc.Errno errno;
    private final ByteBuffer header = nativeBuffer(MESSAGES * MessageHeader.BYTES);
    private final ByteBuffer vector = nativeBuffer(MESSAGES * Vectors.BYTES);
    private final ByteBuffer names = ByteBuffer.allocateDirect(MESSAGES * SockAddr.ROOM);
    private final ByteBuffer control = nativeBuffer(MESSAGES * CONTROL_BYTES);
    private final ByteBuffer payload;
    private final long headers = Libc.address(header);
    private final long vectors = Libc.address(vector);
    private final long payloadAddress;
    private final ScatteredTrains scattered = new ScatteredTrains(MESSAGES);
    private final SplitTrain split;

    private final int[] sockets = new int[MESSAGES];
    private final long[] way = new long[MESSAGES];
    private final int[] segment = new int[MESSAGES];
    private final int[] pieces = new int[MESSAGES];
    private final int[] start = new int[MESSAGES];
    private final int[] total = new int[MESSAGES];
    private final byte[] traffic = new byte[MESSAGES];
    private final int[] controlBytes = new int[MESSAGES];
    private int messages;
    private int bytesUsed;

    /** The latest message of each way, at {@link #place}, counted from {@link #base}; another way may have taken the place. */
    private final int[] latest = new int[WAYS];
    private int base = 1;
    /** Ways on which the kernel cannot cut trains (EIO: no checksum offload there, or IPsec), by the low bits of their hash. */
    private final long[] withoutTrains = new long[WAYS];

    SendBatch(Counters<NetReason> counters, Libc.Errno errno, Failures failures) {
        this.counters = counters;
        this.failures = failures;
        this.errno = errno;
        this.split = new SplitTrain(errno);
        MemorySegment payloadMemory = Libc.lazyMemory(BYTES);
        payload = payloadMemory.asByteBuffer();
        payloadAddress = payloadMemory.address();
        for (int i = 0; i < MESSAGES; i++) {
            MessageHeader.name(header, i, Libc.address(names) + (long) i * SockAddr.ROOM, 0);
            MessageHeader.control(header, i, Libc.address(control) + (long) i * CONTROL_BYTES, 0);
            MessageHeader.vectors(header, i, vectors + (long) i * Vectors.BYTES, 1);
        }
    }

    private static ByteBuffer nativeBuffer(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }

    /**
     * Queues a datagram to the key's remote side, from its local side when the socket is on a wildcard, with these DSCP and ECN bits.
     */
    void add(UdpPort port, AddressKey key, ByteBuffer source, int offset, int count, int trafficClass) {
        if (count > LONGEST) {
            counters.count(NetReason.SEND_TOO_LONG);
            return;
        }
        if (messages == MESSAGES || bytesUsed + count > BYTES) {
            flush();
        }
        int at = bytesUsed;
        payload.put(at, source, offset, count);
        bytesUsed = at + count;
        int fd = port.descriptor();
        if (!port.trains()) {
            begin(port, fd, key, 0, at, count, trafficClass);
            return;
        }
        long hash = key.hash() * 31 + fd;
        int place = place(hash);
        int message = latest[place] - base;
        if (message >= 0 && way[message] == hash && traffic[message] == (byte) trafficClass
                && joins(message, port, fd, key, count)) {
            append(message, at, count);
        } else {
            latest[place] = base + messages;
            begin(port, fd, key, hash, at, count, trafficClass);
        }
    }

    /** Where the way's latest message stands or may stand: the first place that is free or its own, else another way loses the first. */
    private int place(long hash) {
        int first = (int) hash & WAYS - 1;
        for (int i = 0; i < PROBES; i++) {
            int place = first + i & WAYS - 1;
            int message = latest[place] - base;
            if (message < 0 || way[message] == hash) {
                return place;
            }
        }
        return first;
    }

    private void begin(UdpPort port, int fd, AddressKey key, long hash, int at, int count, int trafficClass) {
        int i = messages++;
        sockets[i] = fd;
        way[i] = hash;
        segment[i] = count;
        pieces[i] = 1;
        start[i] = at;
        total[i] = count;
        MessageHeader.nameLength(header, i, SockAddr.writeRemote(names, i * SockAddr.ROOM, key));
        Vectors.set(vector, i, payloadAddress + at, count);
        traffic[i] = (byte) trafficClass;
        int end = port.wildcard() ? ControlMessage.packetInfo(control, i * CONTROL_BYTES, key) : i * CONTROL_BYTES;
        int used = (trafficClass == 0 ? end : ControlMessage.traffic(control, end, key.ipv4(), trafficClass)) - i * CONTROL_BYTES;
        if (used != controlBytes[i]) {
            controlBytes[i] = used;
            MessageHeader.controlLength(header, i, used);
        }
    }

    private boolean joins(int message, UdpPort port, int fd, AddressKey key, int count) {
        int size = segment[message];
        return count <= size && count > 0 && total[message] == size * pieces[message] && pieces[message] < TRAIN_PIECES
                && scattered.hasRoom()
                && total[message] + count <= TRAIN_BYTES && sockets[message] == fd
                && SockAddr.isRemote(names, message * SockAddr.ROOM, key)
                && (!port.wildcard() || ControlMessage.isPacketInfo(control, message * CONTROL_BYTES, key))
                && withoutTrains[(int) way[message] & WAYS - 1] != way[message];
    }

    /** Bytes that lie against the train's lengthen its one vector; others make it scattered. */
    private void append(int message, int at, int count) {
        if (scattered.has(message)) {
            scattered.add(message, at, count);
        } else if (start[message] + total[message] == at) {
            Vectors.length(vector, message, total[message] + count);
        } else {
            scattered.begin(message, start[message], total[message]);
            scattered.add(message, at, count);
        }
        pieces[message]++;
        total[message] += count;
    }

    /** Sends everything queued; returns whether there was anything. */
    boolean flush() {
        if (messages == 0) {
            return false;
        }
        int from = 0;
        while (from < messages) {
            int fd = sockets[from];
            int end = from;
            do {
                if (pieces[end] > 1) {
                    finishTrain(end);
                }
                end++;
            } while (end < messages && sockets[end] == fd);
            send(fd, from, end);
            from = end;
        }
        base += MESSAGES;
        if (base > Integer.MAX_VALUE - 2 * MESSAGES) {
            Arrays.fill(latest, 0);
            base = 1;
        }
        scattered.clear();
        messages = 0;
        bytesUsed = 0;
        return true;
    }

    private void finishTrain(int i) {
        int at = i * CONTROL_BYTES + controlBytes[i];
        MessageHeader.controlLength(header, i, ControlMessage.segment(control, at, segment[i]) - i * CONTROL_BYTES);
        if (scattered.has(i)) {
            scattered.writeVectors(i, payloadAddress, header);
        }
    }

    private void send(int fd, int from, int end) {
        boolean retried = false;
        int at = from;
        while (at < end) {
            int sent = Libc.sendmmsg(errno, fd, headers + (long) at * MessageHeader.BYTES, end - at);
            if (sent > 0) {
                countSent(at, at + sent);
                at += sent;
                retried = false;
            } else if (sent == -Libc.EAGAIN) {
                counters.add(NetReason.SEND_BUFFER_FULL, finish(at, end));
                return;
            } else if (pieces[at] > 1 && aboutTrain(sent)) {
                sendSplit(fd, at, sent);
                finish(at, at + 1);
                at++;
                retried = false;
            } else if (!retried) {
                retried = true; // the error may belong to an earlier datagram, perhaps to another peer
            } else {
                if (sent == -Libc.EHOSTUNREACH || sent == -Libc.ENETUNREACH) {
                    failures.onUnreachable(fd, names, at * SockAddr.ROOM);
                }
                counters.add(sent == -Libc.ECONNREFUSED ? NetReason.SEND_REFUSED : NetReason.SEND_ERROR, finish(at, at + 1));
                at++;
                retried = false;
            }
        }
    }

    /** EIO: the way has no segmentation. EMSGSIZE, EINVAL: a datagram is longer than the path takes in one piece. */
    private static boolean aboutTrain(int result) {
        return result == -Libc.EIO || result == -Libc.EMSGSIZE || result == -Libc.EINVAL;
    }

    private void sendSplit(int fd, int message, int result) {
        counters.count(NetReason.TRAINS_SPLIT);
        if (result == -Libc.EIO) {
            withoutTrains[(int) way[message] & WAYS - 1] = way[message];
        }
        int size = segment[message];
        for (int done = 0; done < total[message]; done += size) {
            int at = scattered.has(message) ? scattered.offset(message, done) : start[message] + done;
            split.add(header, message, controlBytes[message], payloadAddress + at, Math.min(size, total[message] - done));
        }
        split.send(fd, counters);
    }

    private void countSent(int from, int end) {
        int trains = 0;
        for (int i = from; i < end; i++) {
            trains += pieces[i] > 1 ? 1 : 0;
        }
        if (trains > 0) {
            counters.add(NetReason.TRAINS_OUT, trains);
        }
        counters.add(NetReason.DATAGRAMS_OUT, finish(from, end));
    }

    /** Makes the headers of messages that are over fit for single datagrams again; returns how many datagrams they were. */
    private long finish(int from, int end) {
        long datagrams = 0;
        for (int i = from; i < end; i++) {
            datagrams += pieces[i];
            if (pieces[i] > 1) {
                MessageHeader.controlLength(header, i, controlBytes[i]);
                MessageHeader.vectors(header, i, vectors + (long) i * Vectors.BYTES, 1);
            }
        }
        return datagrams;
    }
}
