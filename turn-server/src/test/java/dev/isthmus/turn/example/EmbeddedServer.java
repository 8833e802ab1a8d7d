package dev.isthmus.turn.example;

import com.typesafe.config.ConfigFactory;
import dev.isthmus.ice.net.LinkTable;
import dev.isthmus.ice.net.LoopGroup;
import dev.isthmus.ice.net.PortException;
import dev.isthmus.ice.ops.Section;
import dev.isthmus.ice.ops.SecureRandomSource;
import dev.isthmus.turn.auth.CredentialSource;
import dev.isthmus.turn.auth.Lookups;
import dev.isthmus.turn.net.TurnService;
import dev.isthmus.turn.ops.TurnSettings;
import java.util.List;

/** A TURN server in a program of your own, whose users are in a store of your own. */
public final class EmbeddedServer implements AutoCloseable {
    private final LoopGroup loops;
    private final TurnService service;

    /** Starts it with the keys of {@code isthmus.turn} (docs/operation.md), as HOCON. */
    public EmbeddedServer(String keys, CredentialSource users) throws PortException {
        Section turn = Section.root(ConfigFactory.parseString(keys).root());
        TurnSettings settings = TurnSettings.read(turn);
        turn.finish(); // refuses keys that nobody has read
        loops = new LoopGroup("turn", settings.loops());
        try {
            TurnService.Setup setup = settings.setup(List.of(), List.of()).with(users, Lookups.Limits.DEFAULT);
            service = TurnService.start(loops.loops(), setup, new LinkTable(true), new SecureRandomSource(), System::currentTimeMillis);
        } catch (PortException e) {
            loops.close();
            throw e;
        }
    }

    /** Returns the running service: its ports, its counters, revocation. */
    public TurnService service() {
        return service;
    }

    @Override
    public void close() {
        service.close(); // before its loops
        loops.close();
    }
}
