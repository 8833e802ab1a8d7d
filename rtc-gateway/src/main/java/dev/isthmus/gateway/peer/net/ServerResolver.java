package dev.isthmus.gateway.peer.net;

import dev.isthmus.gateway.peer.RTCIceServer;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.session.IceServer;
import dev.isthmus.ice.session.IceUrl;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds out where servers are. Names are asked for on a virtual thread: an answer may take seconds. */
final class ServerResolver {
    private static final Logger LOG = LoggerFactory.getLogger(ServerResolver.class);

    /** Hands over the servers at their addresses, at once when there are no names among them; one whose name has no address is left out. */
    void resolve(List<RTCIceServer> servers, Consumer<List<IceServer>> then) {
        boolean names = servers.stream().flatMap(s -> s.urls().stream()).filter(u -> !isStuns(u))
                .anyMatch(u -> IceUrl.parse(u).address() == null);
        if (names) {
            Thread.ofVirtual().name("servers").start(() -> then.accept(all(servers)));
        } else {
            then.accept(all(servers));
        }
    }

    private static boolean isStuns(String url) {
        return url.regionMatches(true, 0, "stuns:", 0, 6);
    }

    private static List<IceServer> all(List<RTCIceServer> servers) {
        List<IceServer> found = new ArrayList<>();
        for (RTCIceServer server : servers) {
            for (String url : server.urls()) {
                if (!isStuns(url)) { // nobody gets a candidate over a connection that is not its own
                    addresses(IceUrl.parse(url)).forEach(address -> found.add(new IceServer(url, IceUrl.parse(url).kind(), address,
                            Objects.requireNonNullElse(server.username(), ""), Objects.requireNonNullElse(server.credential(), ""))));
                }
            }
        }
        return found;
    }

    private static List<TransportAddress> addresses(IceUrl url) {
        TransportAddress address = url.address();
        if (address != null) {
            return List.of(address);
        }
        List<TransportAddress> found = new ArrayList<>();
        try {
            for (InetAddress each : InetAddress.getAllByName(url.host())) {
                TransportAddress resolved = TransportAddress.of(each.getAddress(), url.port());
                if (found.stream().noneMatch(f -> f.ipv4() == resolved.ipv4())) { // one of each family
                    found.add(resolved);
                }
            }
        } catch (UnknownHostException e) {
            LOG.warn("no address for {}", url.host());
        }
        return found;
    }
}
