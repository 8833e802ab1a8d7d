package dev.isthmus.turn.peers;

import dev.isthmus.ice.net.TransportAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A range of IP addresses: a network and the length of its prefix. */
public record AddressRange(TransportAddress network, int prefix) {

    /** Returns the range of {@code 10.0.0.0/8} or of a single address, or null when the text is neither. */
    public static @Nullable AddressRange parse(String text) {
        int slash = text.indexOf('/');
        TransportAddress network = TransportAddress.parse(slash < 0 ? text : text.substring(0, slash), 0);
        if (network == null) {
            return null;
        }
        int bits = network.ipv4() ? 32 : 128;
        if (slash < 0) {
            return new AddressRange(network, bits);
        }
        String length = text.substring(slash + 1);
        if (!length.matches("\\d{1,3}") || Integer.parseInt(length) > bits) {
            return null;
        }
        return new AddressRange(network, Integer.parseInt(length));
    }

    /** Returns the range of a text that is known to be one. */
    static AddressRange of(String text) {
        return Objects.requireNonNull(parse(text), text);
    }

    /** Returns the range of one address alone. */
    static AddressRange host(TransportAddress address) {
        return new AddressRange(address.withPort(0), address.ipv4() ? 32 : 128);
    }

    /** Returns whether the address lies in the range; the port does not matter. */
    public boolean contains(TransportAddress address) {
        if (address.ipv4() != network.ipv4()) {
            return false;
        }
        if (network.ipv4()) {
            return prefix == 0 || (address.low() ^ network.low()) >>> 32 - prefix == 0;
        }
        long high = address.high() ^ network.high();
        if (prefix <= 64) {
            return prefix == 0 || high >>> 64 - prefix == 0;
        }
        return high == 0 && (address.low() ^ network.low()) >>> 128 - prefix == 0;
    }

    @Override
    public String toString() {
        return network.host() + "/" + prefix;
    }
}
