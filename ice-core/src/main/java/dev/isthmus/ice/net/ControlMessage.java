package dev.isthmus.ice.net;

import java.nio.ByteBuffer;

/**
 * The kernel's control messages ({@code struct cmsghdr}, 64-bit Linux) in a buffer of native byte order.
 *
 * <pre>
 *  0 cmsg_len    8   header and data, without padding
 *  8 cmsg_level  4
 * 12 cmsg_type   4
 * 16 data, padded to 8
 * </pre>
 */
final class ControlMessage {
    static final int HEADER = 16;

    private ControlMessage() {}

    /** Returns where the data of a message of that kind begins between two indexes, or -1. */
    static int find(ByteBuffer b, int from, int end, int level, int type) {
        int at = from;
        while (at + HEADER <= end) {
            long length = b.getLong(at);
            if (b.getInt(at + 8) == level && b.getInt(at + 12) == type) {
                return at + HEADER;
            }
            if (length < HEADER) {
                return -1;
            }
            at += (int) (length + 7 & ~7L);
        }
        return -1;
    }

    /** Writes the header of a message; returns where its data goes. */
    static int begin(ByteBuffer b, int at, int level, int type, int dataLength) {
        b.putLong(at, HEADER + dataLength);
        b.putInt(at + 8, level);
        b.putInt(at + 12, type);
        return at + HEADER;
    }

    /** Writes where a datagram is sent from (IP_PKTINFO, IPV6_PKTINFO); returns the end. */
    static int packetInfo(ByteBuffer b, int at, AddressKey to) {
        if (to.ipv4()) {
            int data = begin(b, at, Libc.IPPROTO_IP, Libc.IP_PKTINFO, 12);
            b.putInt(data, 0);
            b.putInt(data + 4, Integer.reverseBytes((int) to.localLow()));
            b.putInt(data + 8, 0);
            return data + 16;
        }
        int data = begin(b, at, Libc.IPPROTO_IPV6, Libc.IPV6_PKTINFO, 20);
        b.putLong(data, Long.reverseBytes(to.localHigh()));
        b.putLong(data + 8, Long.reverseBytes(to.localLow()));
        b.putInt(data + 16, to.scope());
        return data + 24;
    }

    /** Returns whether {@link #packetInfo} has written this key's local side there. */
    static boolean isPacketInfo(ByteBuffer b, int at, AddressKey key) {
        int data = at + HEADER;
        return key.ipv4()
                ? b.getInt(data + 4) == Integer.reverseBytes((int) key.localLow())
                : b.getLong(data) == Long.reverseBytes(key.localHigh()) && b.getLong(data + 8) == Long.reverseBytes(key.localLow());
    }

    /** Writes the DSCP and ECN bits; returns the end. */
    static int traffic(ByteBuffer b, int at, boolean ipv4, int trafficClass) {
        int data = begin(b, at, ipv4 ? Libc.IPPROTO_IP : Libc.IPPROTO_IPV6, ipv4 ? Libc.IP_TOS : Libc.IPV6_TCLASS, 4);
        b.putInt(data, trafficClass);
        return data + 8;
    }

    /** Writes into how long datagrams the kernel is to cut the bytes (UDP_SEGMENT); returns the end. */
    static int segment(ByteBuffer b, int at, int length) {
        int data = begin(b, at, Libc.SOL_UDP, Libc.UDP_SEGMENT, 2);
        b.putShort(data, (short) length);
        return data + 8;
    }
}
