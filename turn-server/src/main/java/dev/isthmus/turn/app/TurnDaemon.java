package dev.isthmus.turn.app;

import dev.isthmus.ice.net.Descriptors;
import dev.isthmus.ice.net.LinkTable;
import dev.isthmus.ice.net.LoopGroup;
import dev.isthmus.ice.net.PortException;
import dev.isthmus.ice.ops.Daemon;
import dev.isthmus.ice.ops.Section;
import dev.isthmus.ice.ops.SecureRandomSource;
import dev.isthmus.turn.net.TurnService;
import dev.isthmus.turn.ops.TurnSettings;
import java.util.List;

/** The STUN/TURN server as a daemon of its own. */
public final class TurnDaemon implements Daemon<TurnSettings> {
    @Override
    public String name() {
        return "turn-server";
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
                    new TurnService.Setup(settings.config(List.of()), settings.bindAddresses(), given, settings.firstPort(),
                            settings.lastPort(), settings.trains()),
                    new LinkTable(true), new SecureRandomSource(), System::currentTimeMillis);
            boolean stunOnly = settings.passwords().isEmpty() && settings.secrets().isEmpty();
            String where = given.isEmpty() ? service.listeners().toString() : given.size() + " given sockets";
            return new RunningServer(loops, service,
                    "listening on udp " + where + (stunOnly ? ", STUN only because no credentials are configured" : ", relaying"));
        } catch (PortException e) {
            loops.close();
            throw e;
        }
    }

    private record RunningServer(LoopGroup loops, TurnService service, String status) implements Running {
        @Override
        public void close() {
            service.close();
            loops.close();
        }
    }
}
