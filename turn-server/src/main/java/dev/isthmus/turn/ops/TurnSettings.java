package dev.isthmus.turn.ops;

import dev.isthmus.ice.dtls.bc.PemIdentity;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.ops.Section;
import dev.isthmus.turn.allocation.RelayAddress;
import dev.isthmus.turn.auth.AllocationQuota;
import dev.isthmus.turn.auth.AnswerLimiter;
import dev.isthmus.turn.auth.Bandwidth;
import dev.isthmus.turn.auth.RestSecret;
import dev.isthmus.turn.net.ConnectionLimits;
import dev.isthmus.turn.net.DatagramSetup;
import dev.isthmus.turn.net.StreamSetup;
import dev.isthmus.turn.net.TurnService;
import dev.isthmus.turn.peers.OwnAddresses;
import dev.isthmus.turn.peers.PeerPolicy;
import dev.isthmus.turn.server.NatDiscovery;
import dev.isthmus.turn.server.TurnConfig;
import io.netty.handler.ssl.SslContext;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The checked configuration of {@code isthmus.turn}.
 *
 * @param auth who may allocate
 * @param listeners where clients are listened to over UDP
 * @param streams where clients are listened to over TCP and TLS
 * @param connections how many TCP connections there may be
 * @param unproven how many answers a source may get that has proved nothing
 * @param relays where relay sockets are opened
 * @param firstPort the first relay port
 * @param lastPort the last relay port
 * @param peers which peers may be reached
 * @param wire how the protocol is spoken where the RFCs leave a choice
 * @param loops how many loops
 * @param metrics where metrics are served over HTTP, or null where they are not
 */
public record TurnSettings(AuthSettings auth, List<Listener> listeners, List<Stream> streams, ConnectionLimits connections,
        Limits limits, List<RelayAddress> relays, int firstPort, int lastPort, PeerPolicy peers, Wire wire, int loops,
        @Nullable TransportAddress metrics) {
    /** A UDP port, and the address that clients are told, which has no port of its own. */
    public record Listener(DatagramSetup setup, TransportAddress advertise) {
        /** Returns where it is bound. */
        public TransportAddress bind() {
            return setup.address();
        }
    }

    /** A TCP port, and the address that clients are told. */
    public record Stream(StreamSetup setup, TransportAddress advertise) {}

    /**
     * Choices of protocol.
     *
     * @param trains whether trains of datagrams may cross the kernel as one
     * @param traffic whether DSCP and ECN bits are kept from one side to the other
     * @param features what is offered
     * @param alternates where clients are sent instead
     * @param discovery the addresses of NAT behaviour discovery, or null where it is off
     */
    public record Wire(boolean trains, boolean traffic, TurnConfig.Features features, List<TransportAddress> alternates,
            @Nullable NatDiscovery discovery) {}

    /**
     * How much there may be.
     *
     * @param allocations of an address and in all
     * @param bandwidth of a user, of an address and in all
     * @param unproven answers to a source that has proved nothing
     */
    public record Limits(AllocationQuota.Limits allocations, Bandwidth.Limits bandwidth, AnswerLimiter.Allowance unproven) {
        static Limits read(Section limits) {
            return new Limits(
                    new AllocationQuota.Limits(limits.integer("address-allocations", 1_000_000, 1, 10_000_000),
                            limits.integer("allocations", 1_000_000, 1, 10_000_000)),
                    new Bandwidth.Limits(bandwidth(limits, "user-bandwidth"), bandwidth(limits, "address-bandwidth"),
                            bandwidth(limits, "bandwidth")),
                    new AnswerLimiter.Allowance(limits.integer("unproven-answers", 20, 1, 10_000),
                            limits.integer("unproven-burst", 200, 1, 100_000)));
        }

        /** Kilobits per second, as operators count; 0 is no limit. */
        private static long bandwidth(Section limits, String key) {
            return limits.integer(key, 0, 0, Integer.MAX_VALUE) * 125L;
        }
    }

    private static final int DEFAULT_PORT = 3478;
    private static final int DEFAULT_TLS_PORT = 5349;
    private static final int MAX_LOOPS = 64;

    /** Reads the section {@code isthmus.turn}. */
    public static TurnSettings read(Section turn) {
        List<Listener> listeners = new ArrayList<>();
        List<Stream> streams = new ArrayList<>();
        listeners(turn, listeners, streams);
        Section limits = turn.section("limits");
        ConnectionLimits connections = new ConnectionLimits(limits.integer("connections", 10_000, 1, 1_000_000),
                limits.integer("connections-per-address", 500, 1, 1_000_000), limits.integer("handshakes", 1000, 1, 100_000),
                limits.integer("handshakes-per-address", 100, 1, 100_000), limits.integer("unsent-bytes", 65_536, 4096, 16 << 20));
        Section relay = turn.section("relay");
        List<RelayAddress> relays = new ArrayList<>();
        for (Section.Advertised a : relay.addresses("addresses", List.of("127.0.0.1"))) {
            if (a.bind().ipv4() != a.advertise().ipv4()) {
                throw relay.problem("addresses", "advertises an address of another family than it binds");
            }
            if (a.bind().isWildcard() || a.advertise().isWildcard()) {
                throw relay.problem("addresses", "has a wildcard; peers must be sent to from one address");
            }
            relays.add(new RelayAddress(a.bind(), a.advertise()));
        }
        int[] ports = relay.ports("ports", "49152-65535");
        boolean anyIpv4 = relays.stream().anyMatch(r -> r.advertise().ipv4());
        String family = relay.choice("default-family", anyIpv4 ? "ipv4" : "ipv6", List.of("ipv4", "ipv6"));
        boolean served = relays.stream().anyMatch(r -> r.advertise().ipv4() == family.equals("ipv4"));
        if (!served) {
            throw relay.problem("default-family", "is " + family + ", but relay.addresses has none of that family");
        }
        Wire wire = new Wire(turn.bool("trains", true), turn.bool("keep-traffic-class", true),
                new TurnConfig.Features(family.equals("ipv4"), turn.bool("strict-channels", false), turn.bool("tcp-relaying", false),
                        turn.bool("mobility", true)),
                alternates(turn), discovery(turn, listeners));
        int loops = turn.integer("loops", Math.min(MAX_LOOPS, Runtime.getRuntime().availableProcessors()), 1, MAX_LOOPS);
        return new TurnSettings(AuthSettings.read(turn, limits), listeners, streams, connections, Limits.read(limits), relays, ports[0],
                ports[1],
                PeerSettings.read(turn.section("peers")),
                wire, loops, metrics(turn.section("http")));
    }

    /** Off unless a port is given: nobody is surprised by an open one. */
    private static @Nullable TransportAddress metrics(Section http) {
        TransportAddress host = http.address("address", "127.0.0.1").bind();
        int port = http.integer("port", -1, -1, 65535);
        return port < 0 ? null : host.withPort(port);
    }

    private static void listeners(Section turn, List<Listener> listeners, List<Stream> streams) {
        List<Section> sections = turn.sections("listeners");
        if (sections == null) {
            TransportAddress loopback = TransportAddress.ipv4(0x7F000001, DEFAULT_PORT);
            listeners.add(new Listener(DatagramSetup.plain(loopback), loopback));
            return;
        }
        if (sections.isEmpty()) {
            throw turn.problem("listeners", "is empty; nobody could come");
        }
        for (Section section : sections) {
            String transport = section.choice("transport", "udp", List.of("udp", "tcp", "tls", "dtls"));
            boolean encrypted = transport.equals("tls") || transport.equals("dtls");
            boolean datagrams = transport.equals("udp") || transport.equals("dtls");
            Section.Advertised address = section.address("address", "127.0.0.1");
            TransportAddress bind = address.bind()
                    .withPort(section.integer("port", encrypted ? DEFAULT_TLS_PORT : DEFAULT_PORT, 0, 65535));
            boolean again = bind.port() != 0 && (datagrams
                    ? listeners.stream().anyMatch(l -> l.bind().equals(bind))
                    : streams.stream().anyMatch(l -> l.setup().address().equals(bind)));
            if (again) {
                throw section.problem("port", "is listed twice for " + bind + "; a " + (datagrams ? "udp" : "tcp")
                        + " listener with a certificate takes " + (datagrams ? "DTLS" : "TLS") + " too");
            }
            PemIdentity identity = TlsSettings.identity(section);
            if (identity == null && encrypted) {
                throw section.problem("certificate", "is missing; a " + transport + " listener needs certificate and key");
            }
            if (datagrams && identity != null && !List.of("RSA", "EC", "ECDSA").contains(identity.key().getAlgorithm())) {
                throw section.problem("key",
                        "is of a kind that DTLS 1.2 cannot use here (" + identity.key().getAlgorithm() + "); take RSA or ECDSA");
            }
            if (datagrams) {
                listeners.add(new Listener(new DatagramSetup(bind, identity, !encrypted), address.advertise()));
                continue;
            }
            SslContext tls = identity == null ? null : TlsSettings.context(section, identity);
            streams.add(new Stream(new StreamSetup(bind, tls, !encrypted, PeerSettings.ranges(section, "proxies")),
                    address.advertise()));
        }
    }

    private static List<TransportAddress> alternates(Section turn) {
        List<TransportAddress> servers = new ArrayList<>();
        for (String text : turn.texts("alternate-servers", List.of())) {
            TransportAddress server = TransportAddress.parse(text);
            if (server == null) {
                throw turn.problem("alternate-servers", "has \"" + text + "\", must be addresses with ports like 192.0.2.9:3478");
            }
            servers.add(server);
        }
        return servers;
    }

    /** RFC 5780 needs two hosts with two ports each; what of the four is not listened on yet is added. */
    private static @Nullable NatDiscovery discovery(Section turn, List<Listener> listeners) {
        Section section = turn.section("nat-discovery");
        String first = section.text("primary", "");
        String second = section.text("alternate", "");
        if (first.isEmpty() && second.isEmpty()) {
            return null;
        }
        TransportAddress primary = TransportAddress.parse(first);
        TransportAddress alternate = TransportAddress.parse(second);
        if (primary == null || alternate == null || primary.ipv4() != alternate.ipv4() || primary.sameHost(alternate)
                || primary.port() == alternate.port() || primary.port() == 0 || alternate.port() == 0) {
            throw section.problem(primary == null ? "primary" : "alternate",
                    "must be two addresses with ports like 192.0.2.1:3478 and 192.0.2.2:3479, of one family and different in both");
        }
        for (TransportAddress host : List.of(primary, alternate)) {
            for (int port : new int[]{primary.port(), alternate.port()}) {
                TransportAddress wanted = host.withPort(port);
                if (listeners.stream().noneMatch(l -> l.bind().equals(wanted))) {
                    listeners.add(new Listener(DatagramSetup.plain(wanted), wanted));
                }
            }
        }
        return new NatDiscovery(primary, alternate);
    }

    /** Returns the addresses to listen on. */
    public List<TransportAddress> bindAddresses() {
        return listeners.stream().map(Listener::bind).toList();
    }

    /**
     * Returns what a service is started with.
     *
     * @param minted further secrets, from which the process itself mints
     * @param descriptors open sockets to listen on instead
     */
    public TurnService.Setup setup(List<RestSecret> minted, List<Integer> descriptors) {
        TurnConfig config = new TurnConfig(auth.store(minted), effectivePeers(), wire.features(), limits.bandwidth(),
                wire.alternates(), wire.discovery(), "Isthmus");
        return new TurnService.Setup(config, listeners.stream().map(Listener::setup).toList(), streams.stream().map(Stream::setup).toList(),
                connections,
                descriptors, relays, limits.allocations(), limits.unproven(), firstPort, lastPort, wire.trains(), wire.traffic());
    }

    /** Returns the rules about peers together with what is known of this machine. */
    public PeerPolicy effectivePeers() {
        return peers.withOwn(own());
    }

    /** Everything that leads to this machine: its interfaces, and what it is known as outside. */
    private OwnAddresses own() {
        List<TransportAddress> hosts = new ArrayList<>(LocalAddresses.all());
        listeners.forEach(l -> hosts.addAll(List.of(l.bind(), l.advertise())));
        streams.forEach(s -> hosts.addAll(List.of(s.setup().address(), s.advertise())));
        List<TransportAddress> relayed = new ArrayList<>();
        relays.forEach(r -> relayed.addAll(List.of(r.bind(), r.advertise())));
        return new OwnAddresses(hosts, relayed);
    }
}
