package dev.isthmus.ice.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.sim.SimIcePeer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** RFC 8421, section 4: no family waits behind all addresses of the other one, however many there are. */
class PreferencesTest {
    private static final List<TransportAddress> BASES = Stream
            .of("10.0.0.1:1", "10.0.0.2:1", "10.0.0.3:1", "[2001:db8::1]:1", "[2001:db8::2]:1").map(SimIcePeer::address).toList();

    private static List<String> order(List<TransportAddress> bases, Preferences preferences) {
        return bases.stream().sorted(Comparator.comparingInt(preferences::direct).reversed()).map(TransportAddress::host).toList();
    }

    @Test
    void familiesTakeTurnsAndEachKeepsItsOrder() {
        assertThat(order(BASES, new Preferences(BASES))).containsExactly("2001:db8::1", "10.0.0.1", "2001:db8::2", "10.0.0.2", "10.0.0.3");
    }

    @Test
    void whatComesLaterTakesNobodysPlace() {
        Preferences preferences = new Preferences(BASES);
        List<TransportAddress> all = new ArrayList<>(BASES);
        all.add(SimIcePeer.address("[2001:db8::3]:1"));
        preferences.add(all.get(5));
        preferences.remove(BASES.get(3));
        assertThat(order(all, preferences)).endsWith("10.0.0.3", "2001:db8::3").startsWith("2001:db8::1", "10.0.0.1");
        assertThat(new HashSet<>(all.stream().map(preferences::direct).toList())).hasSize(6);
    }

    @Test
    void ofOneServerTheFamilyOfTheBaseComesFirst() {
        Preferences preferences = new Preferences(BASES);
        TransportAddress four = BASES.get(0);
        int near = preferences.relayed(four, IceServer.Kind.TURN_UDP, true);
        int far = preferences.relayed(four, IceServer.Kind.TURN_UDP, false);
        assertThat(near).isGreaterThan(far);
        assertThat(far).isGreaterThan(preferences.relayed(BASES.get(3), IceServer.Kind.TURN_TCP, false));
    }
}
