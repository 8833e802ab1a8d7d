package dev.isthmus.ice.net;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The memory of a loop's recvmmsg: message headers, addresses, control data and payload slots, laid out once. One batch serves every port of
 * the loop, since a port's datagrams are handled before the next port is read.
 */
final class ReceiveBatch {
    static final int COUNT = 64;
    static final int SLOT_BYTES = 2048;
    /** Room in front of every payload for a header that is added in place. */
    static final int HEADROOM = 64;
    static final int HEADER_BYTES = MessageHeader.BYTES;
    private static final int CONTROL_BYTES = 64;
    private static final int IPV4_PKTINFO_ADDRESS = 24;

    private final MemorySegment headers;
    private final ByteBuffer header;
    private final ByteBuffer names;
    private final ByteBuffer control;
    private final ByteBuffer payload;
    private final Datagram view = new Datagram();

    ReceiveBatch() {
        Arena arena = Arena.ofAuto();
        headers = arena.allocate((long) COUNT * HEADER_BYTES, 16);
        MemorySegment nameMemory = arena.allocate((long) COUNT * SockAddr.ROOM, 16);
        MemorySegment controlMemory = arena.allocate((long) COUNT * CONTROL_BYTES, 16);
        MemorySegment payloadMemory = arena.allocate((long) COUNT * (HEADROOM + SLOT_BYTES), 64);
        MemorySegment vectors = arena.allocate((long) COUNT * 16, 16);
        header = headers.asByteBuffer().order(ByteOrder.nativeOrder());
        names = nameMemory.asByteBuffer();
        control = controlMemory.asByteBuffer().order(ByteOrder.nativeOrder());
        payload = payloadMemory.asByteBuffer();
        ByteBuffer vector = vectors.asByteBuffer().order(ByteOrder.nativeOrder());
        for (int i = 0; i < COUNT; i++) {
            vector.putLong(i * 16, payloadMemory.address() + payloadOffset(i));
            vector.putLong(i * 16 + 8, SLOT_BYTES);
            MessageHeader.name(header, i, nameMemory.address() + (long) i * SockAddr.ROOM, SockAddr.ROOM);
            MessageHeader.vectors(header, i, vectors.address() + i * 16L, 1);
            MessageHeader.control(header, i, controlMemory.address() + (long) i * CONTROL_BYTES, 0);
        }
    }

    private static int payloadOffset(int index) {
        return index * (HEADROOM + SLOT_BYTES) + HEADROOM;
    }

    /** Reads once; returns the number of datagrams, or a negated errno. */
    int receive(Libc.Errno errno, int fd, boolean packetInfo) {
        for (int i = 0; i < COUNT; i++) {
            MessageHeader.nameLength(header, i, SockAddr.ROOM);
            MessageHeader.controlLength(header, i, packetInfo ? CONTROL_BYTES : 0);
        }
        return Libc.recvmmsg(errno, fd, headers.address(), COUNT);
    }

    boolean truncated(int index) {
        return (MessageHeader.flags(header, index) & Libc.MSG_TRUNC) != 0;
    }

    /** Returns a view of one datagram; its local side is {@code bound} unless the kernel said where it arrived. */
    Datagram view(int index, TransportAddress bound, boolean packetInfo) {
        AddressKey key = view.key();
        SockAddr.readRemote(names, index * SockAddr.ROOM, key);
        key.setLocal(bound);
        if (packetInfo && MessageHeader.controlLength(header, index) > 16) {
            readPacketInfo(index * CONTROL_BYTES, bound, key);
        }
        return view.wrap(payload, payloadOffset(index), MessageHeader.received(header, index));
    }

    private void readPacketInfo(int at, TransportAddress bound, AddressKey key) {
        int level = control.getInt(at + 8);
        int type = control.getInt(at + 12);
        if (level == Libc.IPPROTO_IP && type == Libc.IP_PKTINFO) {
            int address = Integer.reverseBytes(control.getInt(at + IPV4_PKTINFO_ADDRESS));
            key.setLocal(true, 0, address & 0xffffffffL, bound.port());
        } else if (level == Libc.IPPROTO_IPV6 && type == Libc.IPV6_PKTINFO) {
            key.setLocal(false, Long.reverseBytes(control.getLong(at + 16)), Long.reverseBytes(control.getLong(at + 24)), bound.port());
        }
    }
}
