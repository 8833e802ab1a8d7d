package dev.isthmus.gateway.bridge;

import dev.isthmus.ice.net.AddressKey;
import java.nio.ByteBuffer;

/** The sockets of a call's plain side, as the bridge sees them. */
public interface CallIo {
    /** Sends RTP or RTCP from the port of a session; on a session with multiplexed RTCP both leave from one port. */
    void plain(int session, boolean rtcp, AddressKey to, ByteBuffer buffer, int offset, int length);

    /** Returns how many packets the kernel dropped before the plain ports and the media port were read. */
    long kernelDrops(Direction direction);

    /** Returns the present time, for what no packet and no timer has brought. */
    long nowNanos();
}
