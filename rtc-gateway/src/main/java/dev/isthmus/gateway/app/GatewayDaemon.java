package dev.isthmus.gateway.app;

import dev.isthmus.gateway.embedded.EmbeddedTurn;
import dev.isthmus.gateway.embedded.Mint;
import dev.isthmus.gateway.net.GatewayService;
import dev.isthmus.gateway.ops.GatewaySettings;
import dev.isthmus.gateway.peer.net.PeerNetwork;
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
import dev.isthmus.ice.session.IceSession;
import dev.isthmus.ice.time.RandomSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
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
    public Running start(GatewaySettings settings) throws PortException, IOException {
        RandomSource random = new SecureRandomSource();
        List<AutoCloseable> parts = new ArrayList<>();
        LoopGroup loops = new LoopGroup("media", settings.loops());
        parts.add(loops);
        try {
            LinkTable links = new LinkTable(settings.link());
            GatewayService gateway = GatewayService.start(loops.loops(),
                    new GatewayService.Setup(new PeerNetwork.SharedPorts(settings.media(), settings.mediaPort(), links),
                            settings.plainAddresses(), settings.firstPlainPort(), settings.lastPlainPort(), settings.endpoints()),
                    random, System::currentTimeMillis);
            parts.add(gateway);
            EmbeddedTurn turn = settings.turn() == null
                    ? null
                    : EmbeddedTurn.start(settings.turn(), loops.loops(), gateway.mediaAddresses(), links, random,
                            System::currentTimeMillis);
            if (turn != null) {
                parts.add(turn);
            }
            Mint mint = mint(settings, turn, random);
            String token = settings.token() == null ? null : settings.token().value();
            HttpServer http = HttpServer.start(settings.http(), new Api(gateway, mint, token, () -> metrics(loops, gateway, turn)));
            parts.add(http);
            return new RunningGateway(parts, status(settings, gateway, turn, http));
        } catch (PortException | IOException e) {
            close(parts);
            throw e;
        }
    }

    private static @Nullable Mint mint(GatewaySettings settings, @Nullable EmbeddedTurn turn, RandomSource random) {
        if (turn != null) {
            return turn.mint(random, System::currentTimeMillis).at(settings.turnUrls());
        }
        return settings.turnSecret() == null || settings.turnUrls().isEmpty()
                ? null
                : Mint.forServer(settings.turnSecret(), settings.turnUrls(), random, System::currentTimeMillis);
    }

    private static String status(GatewaySettings settings, GatewayService gateway, @Nullable EmbeddedTurn turn, HttpServer http) {
        TransportAddress page = settings.http().withPort(http.port());
        return "page at http://" + page + "/, media on udp " + gateway.mediaAddresses()
                + (turn == null ? ", no TURN server" : ", TURN on udp " + turn.listeners());
    }

    private static String metrics(LoopGroup loops, GatewayService gateway, @Nullable EmbeddedTurn turn) {
        MetricsText text = new MetricsText().gauge("gateway_calls", "running calls", gateway.running())
                .counters("gateway", gateway.counters())
                .counters("ice", gateway.iceCounters().stream().map(IceSession.Shared::ice).toList())
                .counters("session", gateway.iceCounters().stream().map(IceSession.Shared::session).toList())
                .counters("dtls", gateway.dtlsCounters())
                .counters("sctp", gateway.sctpCounters())
                .counters("loop", loops.loops().stream().map(Loop::counters).toList())
                .gauges("loop_allocated_bytes", "bytes that the loop's thread has allocated",
                        loops.loops().stream().map(Loop::allocatedBytes).toList())
                .process();
        if (turn != null) {
            turn.metrics(text);
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

    private record RunningGateway(List<AutoCloseable> parts, String status) implements Running {
        @Override
        public void close() {
            GatewayDaemon.close(parts);
        }
    }
}
