package dev.isthmus.gateway.embedded;

import dev.isthmus.ice.net.LinkTable;
import dev.isthmus.ice.net.Loop;
import dev.isthmus.ice.net.PortException;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.ops.MetricsText;
import dev.isthmus.ice.ops.Section;
import dev.isthmus.ice.time.RandomSource;
import dev.isthmus.ice.time.WallClock;
import dev.isthmus.turn.auth.AllocationLimits;
import dev.isthmus.turn.auth.CredentialPolicy;
import dev.isthmus.turn.auth.RestSecret;
import dev.isthmus.turn.net.TurnService;
import dev.isthmus.turn.ops.TurnSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The TURN server in the gateway's process, on the gateway's loops. */
public final class EmbeddedTurn implements AutoCloseable {
    private static final int MAX_ALLOCATIONS = 2;
    private static final int MAX_LIFETIME_SECONDS = (int) TimeUnit.MINUTES.toSeconds(10);

    /** The checked configuration of {@code isthmus.turn}. */
    public static final class Settings {
        private final TurnSettings turn;

        private Settings(TurnSettings turn) {
            this.turn = turn;
        }

        /** Reads the section {@code isthmus.turn}. */
        public static Settings read(Section section) {
            return new Settings(TurnSettings.read(section));
        }

        /** Returns where clients are listened to. */
        public List<TransportAddress> bindAddresses() {
            return turn.bindAddresses();
        }

        /** Returns whether anybody but callers with minted credentials may allocate. */
        public boolean hasUsers() {
            return !turn.auth().isEmpty();
        }
    }

    private final Settings settings;
    private final TurnService service;
    private final RestSecret secret;

    private EmbeddedTurn(Settings settings, TurnService service, RestSecret secret) {
        this.settings = settings;
        this.service = service;
        this.secret = secret;
    }

    /**
     * Opens every port.
     *
     * @param media the gateway's media addresses, the only peers of minted credentials; not empty
     */
    public static EmbeddedTurn start(Settings settings, List<Loop> loops, List<TransportAddress> media, LinkTable links,
            RandomSource random,
            WallClock wallClock) throws PortException {
        if (media.isEmpty()) {
            throw new IllegalArgumentException("without media addresses a minted credential would not be limited");
        }
        RestSecret secret = new RestSecret(random.bytes(32),
                new CredentialPolicy(media, MAX_ALLOCATIONS, MAX_LIFETIME_SECONDS, false, AllocationLimits.DEFAULT));
        TurnSettings turn = settings.turn;
        TurnService service = TurnService.start(loops,
                turn.setup(List.of(secret), List.of()), links, random, wallClock);
        return new EmbeddedTurn(settings, service, secret);
    }

    /** Returns a mint for this server. */
    public Mint mint(RandomSource random, WallClock wallClock) {
        return new Mint(secret, urls(), random, wallClock);
    }

    /** The listeners as clients are told of them: the advertised address with the real port. */
    private List<String> urls() {
        List<String> urls = new ArrayList<>();
        for (int i = 0; i < service.listeners().size(); i++) {
            TransportAddress advertised = settings.turn.listeners().get(i).advertise();
            if (settings.turn.listeners().get(i).setup().plain()) { // no browser speaks TURN over DTLS
                urls.add("turn:" + advertised.withPort(service.listeners().get(i).port()) + "?transport=udp");
            }
        }
        for (int i = 0; i < service.streams().size(); i++) {
            TurnSettings.Stream stream = settings.turn.streams().get(i);
            String where = stream.advertise().withPort(service.streams().get(i).port()) + "?transport=tcp";
            if (stream.setup().plain()) {
                urls.add("turn:" + where);
            }
            if (stream.setup().tls() != null) {
                urls.add("turns:" + where);
            }
        }
        return urls;
    }

    /** Returns the addresses that are listened on, with their real ports. */
    public List<TransportAddress> listeners() {
        return service.listeners();
    }

    /** Adds the server's metrics. */
    public void metrics(MetricsText text) {
        text.gauge("turn_allocations", "allocations", service.allocations()).counters("turn", service.counters())
                .counters("turn_dtls", service.dtlsCounters());
    }

    @Override
    public void close() {
        service.close();
    }
}
