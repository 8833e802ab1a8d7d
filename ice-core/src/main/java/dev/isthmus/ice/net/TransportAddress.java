package dev.isthmus.ice.net;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * A numeric IP address with a port, and whether it is one of TCP: immutable, made rarely, never looked up by name. An IPv4 address stands in the low 32 bits of
 * {@code low} with {@code high} zero.
 *
 * @param ipv4 whether this is an IPv4 address
 * @param high the upper 64 bits of an IPv6 address, 0 for IPv4
 * @param low  the lower 64 bits of an IPv6 address, or the 32 bits of an IPv4 address
 * @param port 0 to 65535
 * @param scope the IPv6 scope (interface index), 0 where none is given
 * @param tcp   whether it is a port of TCP, which is another one than that of UDP with the same number
 */
public record TransportAddress(boolean ipv4, long high, long low, int port, int scope, boolean tcp) {

    private static final long MAPPED = 0xffff_0000_0000L;

    /** Returns an IPv4 address from its 32 bits. */
    public static TransportAddress ipv4(int address, int port) {
        return new TransportAddress(true, 0, address & 0xffffffffL, port, 0, false);
    }

    /** Returns an IPv6 address without a scope. */
    public static TransportAddress ipv6(long high, long low, int port) {
        return new TransportAddress(false, high, low, port, 0, false);
    }

    /** Returns the address with another port. */
    public TransportAddress withPort(int newPort) {
        return new TransportAddress(ipv4, high, low, newPort, scope, tcp);
    }

    /** Returns the host alone, with port 0. */
    public TransportAddress hostOnly() {
        return new TransportAddress(ipv4, high, low, 0, scope, false);
    }

    /** Returns the port of TCP with the same number. */
    public TransportAddress overTcp() {
        return new TransportAddress(ipv4, high, low, port, scope, true);
    }

    /** Returns whether both have the same IP address, whatever their ports. */
    public boolean sameHost(TransportAddress other) {
        return ipv4 == other.ipv4 && high == other.high && low == other.low;
    }

    /** Returns the wildcard of a family, with port 0. */
    public static TransportAddress wildcard(boolean ipv4) {
        return ipv4 ? ipv4(0, 0) : ipv6(0, 0, 0);
    }

    /** Returns whether this is 0.0.0.0 or ::. */
    public boolean isWildcard() {
        return high == 0 && low == 0;
    }

    /** Returns whether this is in 127.0.0.0/8 or is ::1. */
    public boolean isLoopback() {
        return ipv4 ? low >>> 24 == 127 : high == 0 && low == 1;
    }

    /**
     * Returns whether it is one that leads to its host from everywhere: neither private (RFC 1918) nor shared (RFC 6598), of a link, a site or this
     * host; of IPv6 what RFC 4291, section 2.4, has as global unicast in use.
     */
    public boolean isGlobal() {
        if (!ipv4) {
            return high >>> 61 == 1;
        }
        int first = (int) (low >>> 24);
        boolean local = low >>> 20 == 0xac1 || low >>> 16 == 0xc0a8 || low >>> 16 == 0xa9fe || low >>> 22 == 0x191;
        return !local && first != 0 && first != 10 && first != 127 && first < 224;
    }

    /** Returns the address in network byte order: 4 or 16 bytes. */
    public byte[] bytes() {
        byte[] b = new byte[ipv4 ? 4 : 16];
        for (int i = 0; i < b.length; i++) {
            int fromEnd = b.length - 1 - i;
            b[i] = (byte) (fromEnd < 8 ? low >>> 8 * fromEnd : high >>> 8 * (fromEnd - 8));
        }
        return b;
    }

    /** Returns an address from 4 or 16 bytes in network byte order. A v4-mapped IPv6 address stays an IPv6 address. */
    public static TransportAddress of(byte[] bytes, int port) {
        long high = 0;
        long low = 0;
        for (byte b : bytes) {
            high = high << 8 | low >>> 56;
            low = low << 8 | b & 0xff;
        }
        return bytes.length == 4 ? ipv4((int) low, port) : ipv6(high, low, port);
    }

    /** Returns the address of a numeric literal ({@code 127.0.0.1}, {@code ::1}, {@code [::1]}), or null when it is none. Never asks DNS. */
    public static @Nullable TransportAddress parse(String host, int port) {
        String literal = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        boolean six = literal.indexOf(':') >= 0;
        if (literal.isEmpty() || !literal.matches(six ? "[0-9a-fA-F:.]+" : "\\d{1,3}(\\.\\d{1,3}){3}")) {
            return null;
        }
        try {
            byte[] raw = InetAddress.ofLiteral(literal).getAddress();
            // Java reads a v4-mapped literal as IPv4.
            return six && raw.length == 4 ? ipv6(0, MAPPED | of(raw, 0).low(), port) : of(raw, port);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** Returns the address of {@code host:port}, or null when it is none. */
    public static @Nullable TransportAddress parse(String hostAndPort) {
        int colon = hostAndPort.lastIndexOf(':');
        if (colon < 0 || !hostAndPort.substring(colon + 1).matches("\\d{1,5}")) {
            return null;
        }
        int port = Integer.parseInt(hostAndPort.substring(colon + 1));
        return port > 65535 ? null : parse(hostAndPort.substring(0, colon), port);
    }

    /** Returns the IP address alone, as SDP and logs write it (RFC 5952 for IPv6). */
    public String host() {
        if (ipv4) {
            return (low >>> 24) + "." + (low >>> 16 & 0xff) + "." + (low >>> 8 & 0xff) + "." + (low & 0xff);
        }
        if (high == 0 && low >>> 32 == MAPPED >>> 32) {
            return "::ffff:" + ipv4((int) low, 0).host();
        }
        return groups();
    }

    private int group(int index) {
        return (int) ((index < 4 ? high : low) >>> 48 - 16 * (index & 3)) & 0xffff;
    }

    /** Eight groups, of which the longest run of two or more zeros, the first of equals, becomes two colons. */
    private String groups() {
        int longest = -1;
        int length = 1;
        for (int i = 0, run = 0; i < 8; i++) {
            run = group(i) == 0 ? run + 1 : 0;
            if (run > length) {
                length = run;
                longest = i + 1 - run;
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            if (i == longest) {
                text.append("::");
                i += length - 1;
            } else {
                text.append(text.isEmpty() || text.charAt(text.length() - 1) == ':' ? "" : ":").append(Integer.toHexString(group(i)));
            }
        }
        return text.toString();
    }

    @Override
    public String toString() {
        return (ipv4 ? host() : "[" + host() + "]") + ":" + port + (tcp ? "/tcp" : "");
    }
}
