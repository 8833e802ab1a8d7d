package dev.isthmus.turn.server;

import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.IcmpError;
import dev.isthmus.ice.time.RandomSource;
import dev.isthmus.ice.turn.TurnAttribute;
import dev.isthmus.turn.allocation.Allocation;
import dev.isthmus.turn.allocation.PeerRoute;
import java.util.concurrent.TimeUnit;

/**
 * Tells clients of ICMP errors about what they sent (RFC 8656, section 11.5), when the peer has a permission. Each peer is told of once in a
 * while, whatever comes. The type has seven bits and the code nine, as figure 11 has it.
 */
record IcmpReports(Reply reply, RandomSource random, Counters<TurnReason> counters) {
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(200);

    /** Returns whether an indication stands in the reply. */
    boolean onError(Allocation allocation, IcmpError error, long nowNanos) {
        AddressKey key = error.key();
        PeerRoute to = allocation.routeTo(key);
        boolean told = key.ipv4() ? error.type() == 3 || error.type() == 11 : error.type() >= 1 && error.type() <= 3;
        TurnReason outcome = TurnReason.ICMP_REPORTED;
        if (!told) {
            outcome = TurnReason.ICMP_OTHER;
        } else if (to == null || !to.open(nowNanos)) {
            outcome = TurnReason.ICMP_WITHOUT_PERMISSION;
        } else if (!to.mayReportError(nowNanos, PAUSE)) {
            outcome = TurnReason.ICMP_TOO_MANY;
        }
        counters.count(outcome);
        if (outcome != TurnReason.ICMP_REPORTED) {
            return false;
        }
        reply.indication(TurnAttribute.METHOD_DATA, random.nextInt(), random.nextLong())
                .xorAddress(TurnAttribute.XOR_PEER_ADDRESS, key.ipv4(), key.remoteHigh(), key.remoteLow(), key.remotePort())
                .int64(TurnAttribute.ICMP, (long) (error.type() << 9 | error.code()) << 32 | error.mtu() & 0xffffffffL);
        return true;
    }
}
