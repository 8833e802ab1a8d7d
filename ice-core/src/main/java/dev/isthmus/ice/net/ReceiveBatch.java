package dev.isthmus.ice.net;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The memory of a loop's recvmmsg: message headers, addresses, control data and payload slots, laid out once. One batch serves every port of
 * the loop that reads alike, since a port's datagrams are handled before the next port is read.
 *
 * <p>A port with GRO may find a whole train in a slot: datagrams of one flow and one length lie against each other, the last may be shorter,
 * and {@link #segment} says how long each is.
 */
final class ReceiveBatch {
    static final int COUNT = 64;
    /** What a slot holds of a single datagram. */
    static final int SLOT_BYTES = 2048;
    /** What a slot holds of a train: more than an IP packet can carry. */
    static final int TRAIN_BYTES = 65536;
    /** Room in front of every payload for a header that is added in place. */
    static final int HEADROOM = 64;
    /** PKTINFO and the length of a train's datagrams take 64; an adopted socket may send more along. */
    private static final int CONTROL_BYTES = 128;
    /** A reading that brought more datagrams than this makes the next ones smaller, so that no train of trains holds the loop. */
    private static final int MANY = 256;
    private static final int FEWEST_SLOTS = 8;
    /** Where {@code struct in_pktinfo} has the address that the datagram was sent to. */
    private static final int IPV4_PKTINFO_ADDRESS = 8;

    private final int slotBytes;
    private final int stride;
    private final ByteBuffer header = nativeBuffer(COUNT * MessageHeader.BYTES);
    private final ByteBuffer names = ByteBuffer.allocateDirect(COUNT * SockAddr.ROOM);
    private final ByteBuffer control = nativeBuffer(COUNT * CONTROL_BYTES);
    private final ByteBuffer vector = nativeBuffer(COUNT * Vectors.BYTES);
    private final ByteBuffer payload;
    private final long headers = Libc.address(header);
    private final Datagram view = new Datagram();
    /** Headers that the kernel has written to since they were laid out. */
    private int used;
    private int slots = COUNT;

    /** Lays out a batch with slots of {@link #SLOT_BYTES} or {@link #TRAIN_BYTES}. */
    ReceiveBatch(int slotBytes) {
        this.slotBytes = slotBytes;
        // Slots a power of two apart would fall into the same few cache sets.
        this.stride = slotBytes + HEADROOM + (slotBytes == TRAIN_BYTES ? 2048 : 0);
        MemorySegment payloadMemory = Libc.lazyMemory((long) COUNT * stride);
        payload = payloadMemory.asByteBuffer();
        for (int i = 0; i < COUNT; i++) {
            Vectors.set(vector, i, payloadMemory.address() + payloadOffset(i), slotBytes);
            MessageHeader.name(header, i, Libc.address(names) + (long) i * SockAddr.ROOM, SockAddr.ROOM);
            MessageHeader.vectors(header, i, Libc.address(vector) + (long) i * Vectors.BYTES, 1);
            MessageHeader.control(header, i, Libc.address(control) + (long) i * CONTROL_BYTES, CONTROL_BYTES);
        }
    }

    private static ByteBuffer nativeBuffer(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }

    private int payloadOffset(int index) {
        return index * stride + HEADROOM;
    }

    /** Reads once; returns the number of datagrams or trains, or a negated errno. */
    int receive(Libc.Errno errno, int fd) {
        for (int i = 0; i < used; i++) {
            MessageHeader.nameLength(header, i, SockAddr.ROOM);
            MessageHeader.controlLength(header, i, CONTROL_BYTES);
        }
        int received = Libc.recvmmsg(errno, fd, headers, slots);
        used = Math.max(0, received);
        return received;
    }

    boolean truncated(int index) {
        return (MessageHeader.flags(header, index) & (Libc.MSG_TRUNC | Libc.MSG_CTRUNC)) != 0;
    }

    /** Returns whether a reading used every slot, so that there may be more, and sizes the next one by how much came. */
    boolean wasFilled(int received, int datagrams) {
        boolean filled = received == slots;
        slots = datagrams > MANY ? Math.max(FEWEST_SLOTS, slots / 2) : Math.min(COUNT, slots * 2);
        return filled;
    }

    /** Returns how many bytes a slot was given. */
    int length(int index) {
        return MessageHeader.received(header, index);
    }

    /** Returns the length of each datagram of a train, or all of the slot's bytes when it is a single one. */
    int segment(int index) {
        int at = slotBytes == TRAIN_BYTES ? controlMessage(index, Libc.SOL_UDP, Libc.UDP_GRO) : -1;
        int size = at < 0 ? 0 : control.getInt(at);
        return size <= 0 ? length(index) : size;
    }

    /** Returns a view of a part of a slot of the port; its local side is the bound address unless the kernel said where it arrived. */
    Datagram view(int index, int from, int count, UdpPort port) {
        AddressKey key = view.key();
        SockAddr.readRemote(names, index * SockAddr.ROOM, key);
        key.setLocal(port.local());
        if (port.wildcard()) {
            readPacketInfo(index, port.local(), key);
        }
        view.traffic(port.keepsTraffic() ? traffic(index, port.local().ipv4()) : 0);
        return view.wrap(payload, payloadOffset(index) + from, count).follows(from > 0);
    }

    private int traffic(int index, boolean ipv4) {
        int at = ipv4 ? controlMessage(index, Libc.IPPROTO_IP, Libc.IP_TOS) : controlMessage(index, Libc.IPPROTO_IPV6, Libc.IPV6_TCLASS);
        return at < 0 ? 0 : control.get(at) & 0xff; // a byte, and in IPv6 an int of this machine's order, which is little-endian
    }

    private void readPacketInfo(int index, TransportAddress bound, AddressKey key) {
        if (bound.ipv4()) {
            int at = controlMessage(index, Libc.IPPROTO_IP, Libc.IP_PKTINFO);
            if (at >= 0) {
                int address = Integer.reverseBytes(control.getInt(at + IPV4_PKTINFO_ADDRESS));
                key.setLocal(true, 0, address & 0xffffffffL, bound.port());
            }
            return;
        }
        int at = controlMessage(index, Libc.IPPROTO_IPV6, Libc.IPV6_PKTINFO);
        if (at >= 0) {
            key.setLocal(false, Long.reverseBytes(control.getLong(at)), Long.reverseBytes(control.getLong(at + 8)), bound.port());
        }
    }

    private int controlMessage(int index, int level, int type) {
        int base = index * CONTROL_BYTES;
        return ControlMessage.find(control, base, base + (int) MessageHeader.controlLength(header, index), level, type);
    }
}
