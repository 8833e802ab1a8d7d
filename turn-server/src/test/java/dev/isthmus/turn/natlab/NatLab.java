package dev.isthmus.turn.natlab;

import com.typesafe.config.ConfigFactory;
import dev.isthmus.ice.net.LinkTable;
import dev.isthmus.ice.net.Loop;
import dev.isthmus.ice.net.LoopGroup;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.ops.SecureRandomSource;
import dev.isthmus.ice.ops.Section;
import dev.isthmus.ice.support.Command;
import dev.isthmus.ice.support.Namespace;
import dev.isthmus.ice.support.Peers;
import dev.isthmus.turn.net.TurnService;
import dev.isthmus.turn.ops.TurnSettings;
import dev.isthmus.turn.support.Certificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An internet of our own: a bridge, a TURN server on it with two addresses of each family, and sites on two sides, each in a namespace, behind
 * its router or not.
 */
final class NatLab implements AutoCloseable {
    static final String SERVER = "203.0.113.10";
    static final String OTHER = "203.0.113.11";
    static final String SERVER6 = "2001:db8::10";
    static final int PORT = 3478;
    private static final String SETTINGS = """
            realm = "lab"
            listeners = [ { transport = udp, address = "%1$s", port = 3478 }, { transport = tcp, address = "%1$s", port = 3478 },
                          { transport = udp, address = "%2$s", port = 3478 }, { transport = tcp, address = "%2$s", port = 3478 },
                          { transport = tls, address = "%1$s", port = 5349, %3$s }, { transport = dtls, address = "%1$s", port = 5349, %3$s } ]
            relay { addresses = ["%1$s", "%2$s"], ports = "50000-59999" }
            auth { users { alice = "secret" } }
            peers { allow = ["203.0.113.0/24", "2001:db8::/32"] }
            loops = 2
            """;

    /** A client's place: its namespace, the loop that lives there, and its own address. */
    record Place(Site site, Namespace namespace, Loop loop, TransportAddress host) {}

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final Certificate certificate;
    private final Namespace bridge;
    private final Namespace server;
    private final Map<String, Place> places = new HashMap<>();
    private final Map<Place, String> ports = new HashMap<>();
    private final Loop outside;
    private @Nullable Namespace carrier;

    NatLab() throws Exception {
        Peers.command("nft", "nftables");
        bridge = open(Namespace.create("net"));
        bridge.run("sh", "-ec", "ip link add name bridge0 type bridge; ip link set bridge0 up");
        server = open(Namespace.create("server"));
        plug(server, "ext", SERVER + "/24", "2001:db8::10/64");
        server.run("ip", "addr", "add", OTHER + "/24", "dev", "ext");
        Path folder = Files.createTempDirectory("lab");
        open(() -> remove(folder));
        certificate = Certificate.make(folder, "DNS:lab,IP:" + SERVER);
        Section turn = Section.root(ConfigFactory.parseString(SETTINGS.formatted(SERVER, SERVER6, certificate.settings())).root());
        TurnSettings settings = TurnSettings.read(turn);
        turn.finish();
        LoopGroup loops = open(new LoopGroup("turn", settings.loops()));
        loops.loops().forEach(server::enter);
        outside = open(new LoopGroup("outside", 1)).loop(0);
        server.enter(outside);
        TurnService.Setup setup = settings.setup(List.of(), List.of());
        open(server.call(() -> TurnService.start(loops.loops(), setup, new LinkTable(true), new SecureRandomSource(),
                System::currentTimeMillis)));
    }

    <T extends AutoCloseable> T open(T what) {
        opened.push(what);
        return what;
    }

    private static void remove(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }

    /** Returns the server's certificate, which is its own authority. */
    X509Certificate certificate() throws Exception {
        return certificate.x509();
    }

    /** Returns a loop in the server's namespace. */
    Loop outside() {
        return outside;
    }

    /** Connects a namespace to the bridge, and returns what its port there is called. */
    private String plug(Namespace namespace, String name, String address, String address6) throws Exception {
        String port = "p" + opened.size();
        bridge.run("sh", "-ec",
                "ip link add " + port + " type veth peer name " + name + " netns " + namespace.name() + "; ip link set " + port
                        + " master bridge0; ip link set " + port + " up");
        String addresses = (address.isEmpty() ? "" : "ip addr add " + address + " dev " + name + "; ")
                + (address6.isEmpty() ? "" : "ip addr add " + address6 + " dev " + name + " nodad; ");
        namespace.run("sh", "-ec", addresses + "ip link set " + name + " up");
        return port;
    }

    /** Makes the way from a place to everybody else so much longer; returns what does it, and tells of the checks that pass. */
    Command stretch(Place place, double millis) throws Exception {
        String port = Objects.requireNonNull(ports.get(place));
        String inner = port + "i";
        bridge.run("sh", "-ec",
                "ip link set " + port + " nomaster; ip link add name " + inner + " type veth peer name " + port + "o; ip link set "
                        + inner + " up; ip link set " + port + "o master bridge0; ip link set " + port + "o up");
        Command wire = open(Command.start("ip", "netns", "exec", bridge.name(), "/usr/bin/python3", "src/test/peers/wire.py", port, inner,
                "" + millis));
        wire.line(10, "ready"::equals);
        return wire;
    }

    /** Returns the place of a site on side 1 or 2. */
    Place place(Site site, int side) throws Exception {
        Place known = places.get(site.name() + side);
        return known == null ? build(site, side) : known;
    }

    private Place build(Site site, int side) throws Exception {
        int number = 20 * side + site.ordinal();
        String outside = "203.0.113." + number;
        Namespace client = open(Namespace.create("c" + number));
        String host = outside;
        String port = "";
        if (site == Site.IPV6_ONLY) {
            host = "2001:db8::" + number;
            port = plug(client, "ext", "", host + "/64");
        } else if (site.hasRouter()) {
            Namespace router = open(Namespace.create("r" + number));
            if (site == Site.DOUBLE_NAT) {
                connect(router, hairpinning(), number);
            } else {
                port = plug(router, "ext", outside + "/24", "");
            }
            host = route(router, client, number);
            load(router, site.table());
            if (site == Site.FORGETFUL) {
                router.run("sh", "-ec", "cd /proc/sys/net/netfilter; echo " + Site.MEMORY_SECONDS + " > nf_conntrack_udp_timeout; echo "
                        + Site.MEMORY_SECONDS + " > nf_conntrack_udp_timeout_stream");
            }
        } else {
            port = plug(client, "ext", outside + "/24", "");
        }
        Place place = place(site, client, host);
        ports.put(place, port);
        places.put(site.name() + side, place);
        return place;
    }

    /** Makes a place on the bridge that has the address of another one, as a forger of sources would; only its own packets leave from there. */
    Place impostor(Place victim) throws Exception {
        Namespace namespace = open(Namespace.create("impostor"));
        plug(namespace, "ext", victim.host().host() + "/24", "");
        return place(victim.site(), namespace, victim.host().host());
    }

    /** Lets a place send to another one whoever else claims that address. */
    static void pin(Place from, Place to) throws Exception {
        String mac = to.namespace().run("cat", "/sys/class/net/ext/address").trim();
        from.namespace().run("ip", "neigh", "replace", to.host().host(), "lladdr", mac, "nud", "permanent", "dev", "ext");
    }

    /** Returns the carrier of all sites of {@link Site#DOUBLE_NAT}. */
    private Namespace hairpinning() throws Exception {
        Namespace known = carrier;
        if (known == null) {
            known = carrier("203.0.113.90", true);
            carrier = known;
        }
        return known;
    }

    private Namespace carrier(String outside, boolean hairpin) throws Exception {
        Namespace made = open(Namespace.create("carrier" + hairpin));
        plug(made, "ext", outside + "/24", "");
        made.run("sh", "-ec", "ip link add name int type bridge; ip addr add 100.64.0.1/24 dev int; ip link set int up; "
                + "echo 1 > /proc/sys/net/ipv4/ip_forward");
        load(made, NatRules.table(NatRules.carrier(outside, hairpin)));
        return made;
    }

    private static void connect(Namespace router, Namespace to, int number) throws Exception {
        to.run("sh", "-ec", "ip link add h" + number + " type veth peer name ext netns " + router.name() + "; ip link set h" + number
                + " master int; ip link set h" + number + " up");
        router.run("sh", "-ec", "ip addr add 100.64.0." + number + "/24 dev ext; ip link set ext up; ip route add default via 100.64.0.1");
    }

    /** Makes two places of {@link Site#DOUBLE_NAT} whose carrier does not hairpin. */
    List<Place> withoutHairpin() throws Exception {
        Namespace between = carrier("203.0.113.91", false);
        List<Place> both = new ArrayList<>();
        for (int i = 2; i <= 3; i++) {
            Namespace router = open(Namespace.create("r" + i));
            connect(router, between, i);
            load(router, Site.DOUBLE_NAT.table());
            Namespace client = open(Namespace.create("c" + i));
            both.add(place(Site.DOUBLE_NAT, client, route(router, client, i)));
        }
        return both;
    }

    private Place place(Site site, Namespace client, String host) {
        LoopGroup loops = open(new LoopGroup(client.name(), 1));
        client.enter(loops.loop(0));
        return new Place(site, client, loops.loop(0), Objects.requireNonNull(TransportAddress.parse(host, 0)));
    }

    private static String route(Namespace router, Namespace client, int number) throws Exception {
        String net = "10." + number + ".0.";
        router.run("sh", "-ec", "ip link add int type veth peer name eth netns " + client.name() + "; ip addr add " + net
                + "1/24 dev int; ip link set int up; echo 1 > /proc/sys/net/ipv4/ip_forward");
        client.run("sh", "-ec", "ip addr add " + net + "2/24 dev eth; ip link set eth up; ip route add default via " + net + "1");
        return net + "2";
    }

    private static void load(Namespace router, String table) throws Exception {
        Path file = Files.createTempFile("lab", ".nft");
        try {
            Files.writeString(file, table);
            router.run("nft", "-f", file.toString());
        } finally {
            Files.delete(file);
        }
    }

    @Override
    public void close() throws Exception {
        while (!opened.isEmpty()) {
            opened.pop().close();
        }
    }
}
