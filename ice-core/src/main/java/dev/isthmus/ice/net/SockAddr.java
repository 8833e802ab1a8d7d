package dev.isthmus.ice.net;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The kernel's socket addresses.
 *
 * <pre>
 * sockaddr_in                              sockaddr_in6
 *  0  family (host order)   2 bytes         0  family (host order)  2 bytes
 *  2  port                  2 bytes         2  port                 2 bytes
 *  4  address               4 bytes         4  flow information     4 bytes
 *  8  zero                  8 bytes         8  address             16 bytes
 *                                          24  scope (host order)   4 bytes
 * </pre>
 */
final class SockAddr {
    static final int LENGTH_4 = 16;
    static final int LENGTH_6 = 28;
    /** Room that holds either. */
    static final int ROOM = 32;
    private static final boolean LITTLE = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

    private SockAddr() {}

    private static short hostShort(int value) {
        return LITTLE ? Short.reverseBytes((short) value) : (short) value;
    }

    private static int hostInt(int value) {
        return LITTLE ? Integer.reverseBytes(value) : value;
    }

    /** Writes an address and returns its length; the buffer is big endian. */
    static int write(ByteBuffer b, int at, boolean ipv4, long high, long low, int port, int scope) {
        if (ipv4) {
            b.putShort(at, hostShort(Libc.AF_INET));
            b.putShort(at + 2, (short) port);
            b.putInt(at + 4, (int) low);
            b.putLong(at + 8, 0);
            return LENGTH_4;
        }
        b.putShort(at, hostShort(Libc.AF_INET6));
        b.putShort(at + 2, (short) port);
        b.putInt(at + 4, 0);
        b.putLong(at + 8, high);
        b.putLong(at + 16, low);
        b.putInt(at + 24, hostInt(scope));
        return LENGTH_6;
    }

    /** Writes the remote side of a key. */
    static int writeRemote(ByteBuffer b, int at, AddressKey key) {
        return write(b, at, key.ipv4(), key.remoteHigh(), key.remoteLow(), key.remotePort(), key.scope());
    }

    /** Returns whether the remote side of that key was written there. */
    static boolean isRemote(ByteBuffer b, int at, AddressKey key) {
        if (isIpv4(b, at) != key.ipv4() || b.getShort(at + 2) != (short) key.remotePort()) {
            return false;
        }
        return key.ipv4()
                ? b.getInt(at + 4) == (int) key.remoteLow()
                : b.getLong(at + 8) == key.remoteHigh() && b.getLong(at + 16) == key.remoteLow()
                        && hostInt(b.getInt(at + 24)) == key.scope();
    }

    static int write(ByteBuffer b, int at, TransportAddress a) {
        return write(b, at, a.ipv4(), a.high(), a.low(), a.port(), a.scope());
    }

    private static boolean isIpv4(ByteBuffer b, int at) {
        return b.getShort(at) == hostShort(Libc.AF_INET);
    }

    /** Reads an address into the remote side of a key. */
    static void readRemote(ByteBuffer b, int at, AddressKey key) {
        int port = b.getShort(at + 2) & 0xffff;
        if (isIpv4(b, at)) {
            key.setRemote(true, 0, b.getInt(at + 4) & 0xffffffffL, port, 0);
        } else {
            key.setRemote(false, b.getLong(at + 8), b.getLong(at + 16), port, hostInt(b.getInt(at + 24)));
        }
    }

    static TransportAddress read(ByteBuffer b, int at) {
        AddressKey key = new AddressKey();
        readRemote(b, at, key);
        return key.remote();
    }
}
