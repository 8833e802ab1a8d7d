package dev.isthmus.turn.app;

import dev.isthmus.ice.net.Descriptors;
import dev.isthmus.ice.net.LinkTable;
import dev.isthmus.ice.net.Loop;
import dev.isthmus.ice.net.LoopGroup;
import dev.isthmus.ice.net.PortException;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.ops.ConfigProblem;
import dev.isthmus.ice.ops.Daemon;
import dev.isthmus.ice.ops.MetricsText;
import dev.isthmus.ice.ops.Section;
import dev.isthmus.ice.ops.SecureRandomSource;
import dev.isthmus.turn.net.TurnService;
import dev.isthmus.turn.peers.PeerRule;
import dev.isthmus.turn.ops.MetricsServer;
import dev.isthmus.turn.ops.TurnSettings;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The STUN/TURN server as a daemon of its own. */
public final class TurnDaemon implements Daemon<TurnSettings> {
    @Override
    public String name() {
        return "turn-server";
    }

    @Override
    public Map<String, Query<TurnSettings>> queries() {
        return Map.of("check-peer", TurnDaemon::checkPeer);
    }

    private static String checkPeer(TurnSettings settings, String question) {
        TransportAddress host = TransportAddress.parse(question, 0);
        TransportAddress endpoint = host == null ? TransportAddress.parse(question) : host;
        if (endpoint == null) {
            throw new ConfigProblem("check-peer: \"" + question + "\" is no IP address, with a port or without");
        }
        PeerRule rule = host == null
                ? settings.effectivePeers().decide(endpoint, relayed -> false)
                : settings.effectivePeers().decideHost(endpoint);
        return question + " may " + (rule.allow() ? "" : "not ") + "be a peer: " + rule;
    }

    @Override
    public TurnSettings configure(Section root) {
        Section isthmus = root.section("isthmus");
        isthmus.ignore("gateway");
        TurnSettings settings = TurnSettings.read(isthmus.section("turn"));
        root.finish();
        return settings;
    }

    @Override
    public Running start(TurnSettings settings) throws PortException {
        List<Integer> given = Descriptors.datagramSockets(System.getenv(), ProcessHandle.current().pid());
        LoopGroup loops = new LoopGroup("turn", given.isEmpty() ? settings.loops() : given.size());
        try {
            TurnService service = TurnService.start(loops.loops(),
                    settings.setup(List.of(), given), new LinkTable(true), new SecureRandomSource(), System::currentTimeMillis);
            TransportAddress http = settings.metrics();
            MetricsServer metrics = http == null ? null : metrics(http, loops, service);
            boolean stunOnly = settings.auth().isEmpty();
            String where = given.isEmpty() ? service.listeners().toString() : given.size() + " given sockets";
            return new RunningServer(loops, service, metrics,
                    "listening on udp " + where + (service.streams().isEmpty() ? "" : " and tcp " + service.streams())
                            + (http == null || metrics == null ? "" : ", metrics on http://" + http.withPort(metrics.port()) + "/metrics")
                            + (stunOnly ? ", STUN only because no credentials are configured" : ", relaying"));
        } catch (PortException e) {
            loops.close();
            throw e;
        }
    }

    private static MetricsServer metrics(TransportAddress address, LoopGroup loops, TurnService service) throws PortException {
        try {
            return MetricsServer.start(address, () -> new MetricsText().process()
                    .gauge("turn_allocations", "allocations", service.allocations()).counters("turn", service.counters())
                    .counters("turn_dtls", service.dtlsCounters()).counters("loop", loops.loops().stream().map(Loop::counters).toList())
                    .toString());
        } catch (PortException e) {
            service.close();
            throw e;
        }
    }

    private record RunningServer(LoopGroup loops, TurnService service, @Nullable MetricsServer metrics, String status) implements Running {
        @Override
        public void close() {
            if (metrics != null) {
                metrics.close();
            }
            service.close();
            loops.close();
        }
    }
}
