package dev.isthmus.turn.net;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.turn.peers.AddressRange;
import io.netty.handler.ssl.SslContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a TCP port is listened on.
 *
 * @param address where; port 0 takes any free one
 * @param tls what TLS connections are made with, or null where there is none
 * @param plain whether connections without TLS are taken; the first byte tells which is which
 * @param proxies load balancers whose connections begin with a PROXY header, version 2, that says who the client is
 */
public record StreamSetup(TransportAddress address, @Nullable SslContext tls, boolean plain, List<AddressRange> proxies) {
    /** Returns the same for another address. */
    StreamSetup at(TransportAddress other) {
        return new StreamSetup(other, tls, plain, proxies);
    }

    boolean isProxy(TransportAddress remote) {
        return proxies.stream().anyMatch(p -> p.contains(remote));
    }
}
