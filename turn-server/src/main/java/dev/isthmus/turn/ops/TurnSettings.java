package dev.isthmus.turn.ops;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.ops.Secret;
import dev.isthmus.ice.ops.Section;
import dev.isthmus.turn.auth.CredentialPolicy;
import dev.isthmus.turn.auth.CredentialStore;
import dev.isthmus.turn.auth.RestSecret;
import dev.isthmus.turn.peers.AddressRange;
import dev.isthmus.turn.peers.PeerPolicy;
import dev.isthmus.turn.server.TurnConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The checked configuration of {@code isthmus.turn}.
 *
 * @param realm the realm of every credential
 * @param listeners where clients are listened to
 * @param relays where relay sockets are opened
 * @param firstPort the first relay port
 * @param lastPort the last relay port
 * @param passwords of long-term users, by name
 * @param secrets of the REST mechanism
 * @param peers which peers may be reached
 * @param userPolicy what a user may do who has no policy of its own
 * @param trains whether trains of datagrams may cross the kernel as one
 * @param loops how many loops
 */
public record TurnSettings(String realm, List<Listener> listeners, List<TurnConfig.RelayAddress> relays, int firstPort,
        int lastPort, Map<String, String> passwords, List<Secret> secrets, PeerPolicy peers, CredentialPolicy userPolicy, boolean trains,
        int loops) {
    /** An address with its port, and the address that clients are told, which has no port of its own. */
    public record Listener(TransportAddress bind, TransportAddress advertise) {}

    private static final int DEFAULT_PORT = 3478;
    private static final int MAX_LOOPS = 64;

    /** Reads the section {@code isthmus.turn}. */
    public static TurnSettings read(Section turn) {
        String realm = turn.text("realm", "isthmus");
        List<Listener> listeners = listeners(turn);
        Section relay = turn.section("relay");
        List<TurnConfig.RelayAddress> relays = new ArrayList<>();
        for (Section.Advertised a : relay.addresses("addresses", List.of("127.0.0.1"))) {
            if (!a.bind().ipv4() || !a.advertise().ipv4()) {
                throw relay.problem("addresses", "has an IPv6 address; only IPv4 addresses can be relayed");
            }
            relays.add(new TurnConfig.RelayAddress(a.bind(), a.advertise()));
        }
        int[] ports = relay.ports("ports", "49152-65535");
        Section auth = turn.section("auth");
        Map<String, String> passwords = new LinkedHashMap<>();
        auth.secretsByName("users").forEach((user, secret) -> passwords.put(user, secret.value()));
        List<Secret> secrets = auth.secrets("secrets");
        Section peers = turn.section("peers");
        PeerPolicy policy = new PeerPolicy(ranges(peers, "allow"), ranges(peers, "deny"));
        CredentialPolicy users = CredentialPolicy.user(turn.section("limits").integer("user-allocations", 1000, 1, 10_000_000));
        int loops = turn.integer("loops", Math.min(MAX_LOOPS, Runtime.getRuntime().availableProcessors()), 1, MAX_LOOPS);
        return new TurnSettings(realm, listeners, relays, ports[0], ports[1], passwords, secrets, policy, users, turn.bool("trains", true),
                loops);
    }

    private static List<Listener> listeners(Section turn) {
        List<Section> sections = turn.sections("listeners");
        List<Listener> listeners = new ArrayList<>();
        if (sections == null) {
            TransportAddress loopback = TransportAddress.ipv4(0x7F000001, DEFAULT_PORT);
            listeners.add(new Listener(loopback, loopback));
            return listeners;
        }
        for (Section section : sections) {
            section.choice("transport", "udp", List.of("udp"));
            Section.Advertised address = section.address("address", "127.0.0.1");
            listeners.add(new Listener(address.bind().withPort(section.integer("port", DEFAULT_PORT, 0, 65535)), address.advertise()));
        }
        return listeners;
    }

    private static List<AddressRange> ranges(Section peers, String key) {
        List<AddressRange> ranges = new ArrayList<>();
        for (String text : peers.texts(key, List.of())) {
            AddressRange range = AddressRange.parse(text);
            if (range == null) {
                throw peers.problem(key, "has \"" + text + "\", must be networks like 10.0.0.0/8");
            }
            ranges.add(range);
        }
        return ranges;
    }

    /** Returns the addresses to listen on. */
    public List<TransportAddress> bindAddresses() {
        return listeners.stream().map(Listener::bind).toList();
    }

    /** Returns what the protocol needs, with further secrets that the process itself mints from. */
    public TurnConfig config(List<RestSecret> minted) {
        List<RestSecret> all = new ArrayList<>(minted);
        secrets.forEach(s -> all.add(new RestSecret(s.bytes(), userPolicy)));
        return new TurnConfig(new CredentialStore(realm, passwords, userPolicy, all), peers, relays, "Isthmus");
    }
}
