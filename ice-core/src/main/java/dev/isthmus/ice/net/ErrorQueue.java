package dev.isthmus.ice.net;

import dev.isthmus.ice.count.Counters;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Reads ICMP errors from sockets whose error queue is on (IP_RECVERR). One a loop; errors are rare, so it is small.
 *
 * <p>The control message holds {@code struct sock_extended_err}:
 *
 * <pre>
 *  0 ee_errno 4    4 ee_origin 1    5 ee_type 1    6 ee_code 1    7 ee_pad 1    8 ee_info 4    12 ee_data 4
 * </pre>
 */
final class ErrorQueue {
    private static final int COUNT = 16;
    private static final int CONTROL_BYTES = 256;
    private static final int ORIGIN_ICMP = 2;
    private static final int ORIGIN_ICMP6 = 3;
    /** Fragmentation needed, and packet too big. */
    private static final int UNREACHABLE = 3;
    private static final int NEEDS_FRAGMENTS = 4;
    private static final int TOO_BIG = 2;
    /** So many readings a wake-up; epoll tells again. */
    private static final int READINGS = 4;

    private final Libc.Errno errno;
    private final ByteBuffer header = nativeBuffer(COUNT * MessageHeader.BYTES);
    private final ByteBuffer names = ByteBuffer.allocateDirect(COUNT * SockAddr.ROOM);
    private final ByteBuffer control = nativeBuffer(COUNT * CONTROL_BYTES);
    private final IcmpError view = new IcmpError();

    ErrorQueue(Libc.Errno errno) {
        this.errno = errno;
        for (int i = 0; i < COUNT; i++) {
            MessageHeader.name(header, i, Libc.address(names) + (long) i * SockAddr.ROOM, SockAddr.ROOM);
            MessageHeader.vectors(header, i, 0, 0); // what was sent is not asked for
        }
    }

    private static ByteBuffer nativeBuffer(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }

    void drain(UdpPort port, Counters<NetReason> counters, long nowNanos) {
        for (int reading = 0; reading < READINGS && port.isOpen(); reading++) {
            for (int i = 0; i < COUNT; i++) {
                MessageHeader.nameLength(header, i, SockAddr.ROOM);
                MessageHeader.control(header, i, Libc.address(control) + (long) i * CONTROL_BYTES, CONTROL_BYTES);
            }
            int count = Libc.recvmmsgErrors(errno, port.descriptor(), Libc.address(header), COUNT);
            for (int i = 0; i < count && port.isOpen(); i++) {
                counters.count(NetReason.ICMP_ERRORS);
                deliver(port, i, nowNanos);
            }
            if (count < COUNT) {
                return;
            }
        }
    }

    private void deliver(UdpPort port, int i, long nowNanos) {
        boolean ipv4 = port.local().ipv4();
        int from = i * CONTROL_BYTES;
        int at = ControlMessage.find(control, from, from + (int) MessageHeader.controlLength(header, i),
                ipv4 ? Libc.IPPROTO_IP : Libc.IPPROTO_IPV6, ipv4 ? Libc.IP_RECVERR : Libc.IPV6_RECVERR);
        if (at < 0 || control.get(at + 4) != (ipv4 ? ORIGIN_ICMP : ORIGIN_ICMP6)) {
            return; // our own kernel's word about a datagram that never left
        }
        int type = control.get(at + 5) & 0xff;
        int code = control.get(at + 6) & 0xff;
        boolean hasMtu = ipv4 ? type == UNREACHABLE && code == NEEDS_FRAGMENTS : type == TOO_BIG;
        SockAddr.readRemote(names, i * SockAddr.ROOM, view.key());
        view.key().setLocal(port.local());
        port.deliver(view.set(type, code, hasMtu ? control.getInt(at + 8) : 0), nowNanos);
    }
}
