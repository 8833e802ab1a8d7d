package dev.isthmus.ice.net;

import org.jspecify.annotations.Nullable;

/**
 * The key of a datagram flow: transport, local address and port, remote address and port, IPv6 scope. It is mutable so that the receive path
 * fills one and probes maps with it without allocating; a key that is stored in a map is a {@link #copy} that nobody changes.
 */
public final class AddressKey {
    /** The transport of a flow. */
    public enum Transport {
        UDP,
        TCP,
        TLS,
        DTLS
    }

    /** The ordinal: a reference would cost the collector's barriers on the hot path. */
    private byte transport;
    private boolean ipv4 = true;
    private long localHigh;
    private long localLow;
    private long remoteHigh;
    private long remoteLow;
    private int localPort;
    private int remotePort;
    private int scope;

    /** Creates an empty key. */
    public AddressKey() {}

    /** Creates a key for a UDP flow between two addresses of one family. */
    public static AddressKey of(TransportAddress local, TransportAddress remote) {
        AddressKey key = new AddressKey();
        key.setLocal(local);
        key.setRemote(remote);
        return key;
    }

    /** Returns a copy that is independent of this key. */
    public AddressKey copy() {
        AddressKey key = new AddressKey();
        key.set(this);
        return key;
    }

    /** Takes over every field of another key. */
    public void set(AddressKey other) {
        transport = other.transport;
        ipv4 = other.ipv4;
        localHigh = other.localHigh;
        localLow = other.localLow;
        remoteHigh = other.remoteHigh;
        remoteLow = other.remoteLow;
        localPort = other.localPort;
        remotePort = other.remotePort;
        scope = other.scope;
    }

    /** Sets the transport; a new key is of UDP. */
    public AddressKey transport(Transport carrier) {
        transport = (byte) carrier.ordinal();
        return this;
    }

    /** Returns whether the flow is one of plain datagrams. */
    public boolean isUdp() {
        return transport == 0;
    }

    /** Returns whether the flow is a stream: TCP, or TLS over it. */
    public boolean isStream() {
        return transport == Transport.TCP.ordinal() || transport == Transport.TLS.ordinal();
    }

    /** Sets the local side. */
    public void setLocal(TransportAddress local) {
        setLocal(local.ipv4(), local.high(), local.low(), local.port());
    }

    /** Sets the local side from its bits. */
    public void setLocal(boolean isIpv4, long high, long low, int port) {
        ipv4 = isIpv4;
        localHigh = high;
        localLow = low;
        localPort = port;
    }

    /** Sets the remote side. */
    public void setRemote(TransportAddress remote) {
        setRemote(remote.ipv4(), remote.high(), remote.low(), remote.port(), remote.scope());
    }

    /** Sets the remote side from its bits. */
    public void setRemote(boolean isIpv4, long high, long low, int port, int scopeId) {
        ipv4 = isIpv4;
        remoteHigh = high;
        remoteLow = low;
        remotePort = port;
        scope = scopeId;
    }

    /** Makes this the key of the same flow seen from the other end. */
    public void setReversed(AddressKey other) {
        transport = other.transport;
        ipv4 = other.ipv4;
        localHigh = other.remoteHigh;
        localLow = other.remoteLow;
        remoteHigh = other.localHigh;
        remoteLow = other.localLow;
        localPort = other.remotePort;
        remotePort = other.localPort;
        scope = other.scope;
    }

    /** Returns whether both sides are IPv4. */
    public boolean ipv4() {
        return ipv4;
    }

    /** Returns the upper 64 bits of the remote address. */
    public long remoteHigh() {
        return remoteHigh;
    }

    /** Returns the lower 64 bits of the remote address. */
    public long remoteLow() {
        return remoteLow;
    }

    /** Returns the remote port. */
    public int remotePort() {
        return remotePort;
    }

    /** Returns the upper 64 bits of the local address. */
    public long localHigh() {
        return localHigh;
    }

    /** Returns the lower 64 bits of the local address. */
    public long localLow() {
        return localLow;
    }

    /** Returns the local port. */
    public int localPort() {
        return localPort;
    }

    /** Returns the IPv6 scope. */
    public int scope() {
        return scope;
    }

    /** Returns the remote address as an object; allocates. */
    public TransportAddress remote() {
        return new TransportAddress(ipv4, remoteHigh, remoteLow, remotePort, scope, false);
    }

    /** Returns the local address as an object; allocates. */
    public TransportAddress local() {
        return new TransportAddress(ipv4, localHigh, localLow, localPort, 0, false);
    }

    /** Returns whether the remote side is that address and port. */
    public boolean remoteIs(TransportAddress address) {
        return ipv4 == address.ipv4() && remoteLow == address.low() && remotePort == address.port() && remoteHigh == address.high();
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof AddressKey k && remoteLow == k.remoteLow && remotePort == k.remotePort && localPort == k.localPort
                && localLow == k.localLow && remoteHigh == k.remoteHigh && localHigh == k.localHigh && scope == k.scope && ipv4 == k.ipv4
                && transport == k.transport;
    }

    /** Returns 64 well-mixed bits; equal keys have equal ones. */
    public long hash() {
        long h = remoteLow * 0x9E3779B97F4A7C15L ^ remoteHigh * 0xC2B2AE3D27D4EB4FL;
        h = (h ^ ((long) remotePort << 32 | (long) localPort << 16 | scope & 0xffff)) * 0xFF51AFD7ED558CCDL;
        h = (h ^ localLow ^ localHigh) * 0xC4CEB9FE1A85EC53L;
        return h ^ h >>> 32;
    }

    @Override
    public int hashCode() {
        return (int) hash();
    }

    @Override
    public String toString() {
        return Transport.values()[transport] + " " + local() + " <- " + remote();
    }
}
