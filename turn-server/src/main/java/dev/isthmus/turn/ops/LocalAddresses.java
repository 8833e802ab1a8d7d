package dev.isthmus.turn.ops;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.ops.ConfigProblem;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;

/** The addresses of this machine. */
final class LocalAddresses {
    private LocalAddresses() {}

    /** Returns the address of every interface, as of now. */
    static List<TransportAddress> all() {
        try {
            return NetworkInterface.networkInterfaces().flatMap(NetworkInterface::inetAddresses).map(InetAddress::getAddress)
                    .map(bytes -> TransportAddress.of(bytes, 0)).toList();
        } catch (SocketException e) {
            throw new ConfigProblem("the addresses of this machine cannot be found out: " + e.getMessage());
        }
    }
}
