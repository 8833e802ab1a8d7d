package dev.isthmus.ice.session;

import dev.isthmus.ice.net.TransportAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The order of our addresses: as the owner gave them, the two families in turn, IPv6 first (RFC 8421, section 4). */
final class Preferences {
    private static final int MOST = 65_535;
    /** Each way to a TURN server is preferred to every base of the next kind. */
    private static final int KIND_STEP = 1 << 13;
    private final List<TransportAddress> order = new ArrayList<>();

    private final List<TransportAddress> bases;

    Preferences(List<TransportAddress> bases) {
        this.bases = new ArrayList<>(bases);
        sort();
    }

    private void sort() {
        order.clear();
        List<TransportAddress> six = bases.stream().filter(b -> !b.ipv4()).toList();
        List<TransportAddress> four = bases.stream().filter(TransportAddress::ipv4).toList();
        for (int i = 0; i < Math.max(six.size(), four.size()); i++) {
            if (i < six.size()) {
                order.add(six.get(i));
            }
            if (i < four.size()) {
                order.add(four.get(i));
            }
        }
    }

    List<TransportAddress> bases() {
        return List.copyOf(bases);
    }

    /** A base that comes later comes after all that there have been: no preference is given twice. */
    void add(TransportAddress base) {
        bases.add(base);
        order.add(base);
    }

    /** Its place stays empty. */
    void remove(TransportAddress base) {
        bases.remove(base);
    }

    /** Returns the first base of a family, or null. */
    @Nullable
    TransportAddress first(boolean ipv4) {
        return bases.stream().filter(base -> base.ipv4() == ipv4).findFirst().orElse(null);
    }

    /** Returns whether candidates of ours have that base. */
    boolean isBase(TransportAddress base) {
        return bases.contains(base);
    }

    /** A socket that serves a relay only stands where the base of its host does. */
    private int place(TransportAddress base) {
        int exact = order.indexOf(base);
        for (int i = 0; exact < 0 && i < order.size(); i++) {
            exact = order.get(i).sameHost(base) ? i : exact;
        }
        return exact < 0 ? order.size() : exact;
    }

    /** Returns the local preference of what is reached directly from a base. */
    int direct(TransportAddress base) {
        return MOST - place(base);
    }

    /**
     * Returns the local preference of what a server relays: by datagrams before by connections, those without TLS first. An address of the
     * family in which the server is reached comes first, since peers of that family reach it without a second relay.
     */
    int relayed(TransportAddress base, IceServer.Kind kind, boolean ipv4) {
        return MOST - KIND_STEP * kind.ordinal() - 2 * place(base) - (ipv4 == base.ipv4() ? 0 : 1);
    }
}
