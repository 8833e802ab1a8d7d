package dev.isthmus.gateway.app;

import dev.isthmus.gateway.embedded.Mint;
import dev.isthmus.gateway.net.GatewayService;
import dev.isthmus.gateway.ops.GatewaySettings;
import dev.isthmus.gateway.web.Api;
import dev.isthmus.gateway.web.HttpServer;
import dev.isthmus.ice.net.LinkTable;
import dev.isthmus.ice.net.Loop;
import dev.isthmus.ice.net.LoopGroup;
import dev.isthmus.ice.net.PortException;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.ops.Daemon;
import dev.isthmus.ice.ops.MetricsText;
import dev.isthmus.ice.ops.Section;
import dev.isthmus.ice.ops.SecureRandomSource;
import dev.isthmus.ice.time.RandomSource;
import dev.isthmus.turn.auth.CredentialPolicy;
import dev.isthmus.turn.auth.RestSecret;
import dev.isthmus.turn.net.TurnService;
import dev.isthmus.turn.ops.TurnSettings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The gateway as a daemon, with the TURN server in the same process unless it is told otherwise. */
public final class GatewayDaemon implements Daemon<GatewaySettings> {
    @Override
    public String name() {
        return "rtc-gateway";
    }

    @Override
    public GatewaySettings configure(Section root) {
        GatewaySettings settings = GatewaySettings.read(root.section("isthmus"));
        root.finish();
        return settings;
    }

    @Override
    public RunningGateway start(GatewaySettings settings) throws PortException, IOException {
        RandomSource random = new SecureRandomSource();
        List<AutoCloseable> parts = new ArrayList<>();
        LoopGroup loops = new LoopGroup("media", settings.loops());
        parts.add(loops);
        try {
            LinkTable links = new LinkTable(settings.link());
            GatewayService gateway = GatewayService.start(loops.loops(),
                    new GatewayService.Setup(settings.media(), settings.mediaPort(), settings.plainAddresses(), settings.firstPlainPort(),
                            settings.lastPlainPort(), settings.endpoints()),
                    links, random, System::currentTimeMillis);
            parts.add(gateway);
            RestSecret minted = Mint.secret(gateway.mediaAddresses(), random);
            TurnService turn = turn(settings, loops, minted, links, random);
            if (turn != null) {
                parts.add(turn);
            }
            Mint mint = mint(settings, turn, minted, random);
            String token = settings.token() == null ? null : settings.token().value();
            HttpServer http = HttpServer.start(settings.http(), new Api(gateway, mint, token, () -> metrics(loops, gateway, turn)));
            parts.add(http);
            return new RunningGateway(parts, gateway, turn, http.port(), status(settings, gateway, turn, http));
        } catch (PortException | IOException e) {
            close(parts);
            throw e;
        }
    }

    private static @Nullable TurnService turn(GatewaySettings settings, LoopGroup loops, RestSecret minted, LinkTable links,
            RandomSource random) throws PortException {
        TurnSettings turn = settings.turn();
        return turn == null
                ? null
                : TurnService.start(loops.loops(),
                        new TurnService.Setup(turn.config(List.of(minted)), turn.bindAddresses(), List.of(), turn.firstPort(),
                                turn.lastPort()),
                        links, random, System::currentTimeMillis);
    }

    private static @Nullable Mint mint(GatewaySettings settings, @Nullable TurnService turn, RestSecret minted, RandomSource random) {
        if (turn != null) {
            List<String> urls = settings.turnUrls().isEmpty() ? urls(settings, turn) : settings.turnUrls();
            return Mint.of(minted, urls, random, System::currentTimeMillis);
        }
        if (settings.turnSecret() == null || settings.turnUrls().isEmpty()) {
            return null;
        }
        return Mint.of(new RestSecret(settings.turnSecret().bytes(), CredentialPolicy.USER), settings.turnUrls(), random,
                System::currentTimeMillis);
    }

    /** The listeners as clients are told of them: the advertised address with the real port. */
    private static List<String> urls(GatewaySettings settings, TurnService turn) {
        List<String> urls = new ArrayList<>();
        for (int i = 0; i < turn.listeners().size(); i++) {
            int port = turn.listeners().get(i).port();
            urls.add("turn:" + Objects.requireNonNull(settings.turn()).listeners().get(i).advertise().withPort(port) + "?transport=udp");
        }
        return urls;
    }

    private static String status(GatewaySettings settings, GatewayService gateway, @Nullable TurnService turn, HttpServer http) {
        TransportAddress page = settings.http().withPort(http.port());
        return "page at http://" + page + "/, media on udp " + gateway.mediaAddresses()
                + (turn == null ? ", no TURN server" : ", TURN on udp " + turn.listeners());
    }

    private static String metrics(LoopGroup loops, GatewayService gateway, @Nullable TurnService turn) {
        MetricsText text = new MetricsText().gauge("gateway_calls", "running calls", gateway.running())
                .counters("gateway", gateway.counters()).counters("ice", gateway.iceCounters()).counters("dtls", gateway.dtlsCounters())
                .counters("loop", loops.loops().stream().map(Loop::counters).toList())
                .gauges("loop_allocated_bytes", "bytes that the loop's thread has allocated",
                        loops.loops().stream().map(Loop::allocatedBytes).toList())
                .process();
        if (turn != null) {
            text.gauge("turn_allocations", "allocations", turn.allocations()).counters("turn", turn.counters());
        }
        return text.toString();
    }

    private static void close(List<AutoCloseable> parts) {
        List<AutoCloseable> backwards = new ArrayList<>(parts);
        Collections.reverse(backwards);
        for (AutoCloseable part : backwards) {
            try {
                part.close();
            } catch (Exception e) { // AutoCloseable declares no narrower one; ours throw none
                throw new IllegalStateException(e);
            }
        }
    }

    /** The running gateway; tests look inside. */
    public record RunningGateway(List<AutoCloseable> parts, GatewayService gateway, @Nullable TurnService turn, int httpPort,
            String status) implements Running {
        @Override
        public void close() {
            GatewayDaemon.close(parts);
        }
    }
}
