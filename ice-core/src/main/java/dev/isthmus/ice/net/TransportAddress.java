package dev.isthmus.ice.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/**
 * A numeric IP address with a port: immutable, made rarely, never looked up by name. An IPv4 address stands in the low 32 bits of
 * {@code low} with {@code high} zero.
 *
 * @param ipv4 whether this is an IPv4 address
 * @param high the upper 64 bits of an IPv6 address, 0 for IPv4
 * @param low  the lower 64 bits of an IPv6 address, or the 32 bits of an IPv4 address
 * @param port 0 to 65535
 * @param scope the IPv6 scope (interface index), 0 where none is given
 */
public record TransportAddress(boolean ipv4, long high, long low, int port, int scope) {

    /** Returns an IPv4 address from its 32 bits. */
    public static TransportAddress ipv4(int address, int port) {
        return new TransportAddress(true, 0, address & 0xffffffffL, port, 0);
    }

    /** Returns an IPv6 address without a scope. */
    public static TransportAddress ipv6(long high, long low, int port) {
        return new TransportAddress(false, high, low, port, 0);
    }

    /** Returns the address with another port. */
    public TransportAddress withPort(int newPort) {
        return new TransportAddress(ipv4, high, low, newPort, scope);
    }

    /** Returns whether both have the same IP address, whatever their ports. */
    public boolean sameHost(TransportAddress other) {
        return ipv4 == other.ipv4 && high == other.high && low == other.low;
    }

    /** Returns whether this is 0.0.0.0 or ::. */
    public boolean isWildcard() {
        return high == 0 && low == 0;
    }

    /** Returns whether this is in 127.0.0.0/8 or is ::1. */
    public boolean isLoopback() {
        return ipv4 ? low >>> 24 == 127 : high == 0 && low == 1;
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
            return six == (raw.length == 16) ? of(raw, port) : null;
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

    /** Returns the IP address alone, as SDP and logs write it. */
    public String host() {
        try {
            return InetAddress.getByAddress(bytes()).getHostAddress();
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String toString() {
        return (ipv4 ? host() : "[" + host() + "]") + ":" + port;
    }
}
