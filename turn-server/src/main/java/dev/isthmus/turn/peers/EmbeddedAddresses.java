package dev.isthmus.turn.peers;

import dev.isthmus.ice.net.TransportAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * The IPv4 addresses inside an IPv6 address: wherever a host, a tunnel or a translator may turn one into the other, a rule about the IPv4
 * address must hold for the IPv6 address too.
 */
final class EmbeddedAddresses {
    private static final long NAT64 = 0x0064_ff9b_0000_0000L;
    private static final long NAT64_LOCAL = 0x0064_ff9b_0001L;

    private EmbeddedAddresses() {}

    /** Returns every IPv4 address that the address may stand for; none for an IPv4 address. */
    static List<TransportAddress> of(TransportAddress address) {
        List<TransportAddress> found = new ArrayList<>();
        if (address.ipv4()) {
            return found;
        }
        long high = address.high();
        long low = address.low();
        int port = address.port();
        if (high == 0 && Long.compareUnsigned(low, 1) > 0) {
            long prefix = low >>> 32;
            if (prefix == 0 || prefix == 0xffffL || prefix == 0xffff_0000L) { // compatible, mapped (RFC 4291), translated (RFC 2765)
                found.add(ipv4(low, port));
            }
        }
        if (high >>> 48 == 0x2002) { // 6to4, RFC 3056
            found.add(ipv4(high >>> 16, port));
        }
        if (high >>> 32 == 0x2001_0000L) { // Teredo, RFC 4380: server, then the client's address, inverted
            found.add(ipv4(high, port));
            found.add(ipv4(~low, port));
        }
        if (high == NAT64 && low >>> 32 == 0) { // RFC 6052
            found.add(ipv4(low, port));
        }
        if (high >>> 16 == NAT64_LOCAL) { // RFC 8215: in a /48 the address ends after 88 bits, in a /96 it comes last
            found.add(ipv4((low & 0xff_ffff_ffffL) == 0 ? (high & 0xffff) << 16 | low >>> 40 & 0xffff : low, port));
        }
        if ((low >>> 32 & ~0x0200_0000L) == 0x5efeL) { // ISATAP, RFC 5214
            found.add(ipv4(low, port));
        }
        return found;
    }

    private static TransportAddress ipv4(long bits, int port) {
        return TransportAddress.ipv4((int) bits, port);
    }
}
