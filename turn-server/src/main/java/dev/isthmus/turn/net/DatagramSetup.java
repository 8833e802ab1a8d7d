package dev.isthmus.turn.net;

import dev.isthmus.ice.dtls.bc.PemIdentity;
import dev.isthmus.ice.net.TransportAddress;
import org.jspecify.annotations.Nullable;

/**
 * How a UDP port is listened on.
 *
 * @param address where; port 0 takes any free one
 * @param dtls the certificate of DTLS associations, or null where there are none
 * @param plain whether datagrams without DTLS are taken; the first byte tells which is which (RFC 7983)
 */
public record DatagramSetup(TransportAddress address, @Nullable PemIdentity dtls, boolean plain) {
    /** Returns the setup of a port without DTLS. */
    public static DatagramSetup plain(TransportAddress address) {
        return new DatagramSetup(address, null, true);
    }
}
