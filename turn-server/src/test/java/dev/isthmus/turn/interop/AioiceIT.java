package dev.isthmus.turn.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.support.Command;
import dev.isthmus.ice.support.Peers;
import dev.isthmus.ice.support.Ports;
import dev.isthmus.turn.support.Certificate;
import dev.isthmus.turn.support.TurnProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** aioice's TURN client against ours: two ICE agents that may use relayed candidates only, over UDP, TCP and TLS. */
class AioiceIT {
    private static final String SCRIPT = """
            import asyncio, hashlib, ssl, sys
            import aioice, aioice.turn

            transport, port = sys.argv[1], int(sys.argv[2])
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            plain = asyncio.BaseEventLoop.create_connection
            if transport == 'tls':
                async def encrypted(self, *a, **k):
                    k['ssl'] = context
                    k.pop('server_hostname', None)
                    return await plain(self, *a, server_hostname='localhost', **k)
                asyncio.BaseEventLoop.create_connection = encrypted

            async def main():
                def agent(controlling):
                    return aioice.Connection(ice_controlling=controlling, turn_server=('127.0.0.1', port), turn_username='alice',
                        turn_password='secret', turn_transport='udp' if transport == 'udp' else 'tcp', turn_ssl=transport == 'tls',
                        use_ipv6=False, transport_policy=aioice.TransportPolicy.RELAY)
                one, two = agent(True), agent(False)
                for c in (one, two):
                    await c.gather_candidates()
                    assert c.local_candidates and all(x.type == 'relay' for x in c.local_candidates), c.local_candidates
                for a, b in ((one, two), (two, one)):
                    for candidate in a.local_candidates:
                        await b.add_remote_candidate(candidate)
                    await b.add_remote_candidate(None)
                    b.remote_username, b.remote_password = a.local_username, a.local_password
                await asyncio.gather(one.connect(), two.connect())
                sent, got = hashlib.sha256(), hashlib.sha256()
                for i in range(500):
                    data = bytes((i * 31 + j) % 256 for j in range(200 + i))
                    sent.update(data)
                    await one.send(data)
                    got.update(await asyncio.wait_for(two.recv(), 5))
                await one.close()
                await two.close()
                print('same' if sent.digest() == got.digest() else 'different', flush=True)

            asyncio.run(main())
            """;

    @ParameterizedTest
    @ValueSource(strings = {"udp", "tcp", "tls"})
    void relayOnly(String transport, @TempDir Path folder) throws Exception {
        Peers.pythonModule("aioice", "python3-aiortc");
        Path script = Files.writeString(folder.resolve("agents.py"), SCRIPT);
        int port = Ports.free(1);
        String tls = "port=" + port + "," + Certificate.make(folder).settings();
        try (TurnProcess server = TurnProcess.startOn(
                "{transport=udp,address=\"127.0.0.1\"," + tls + "},{transport=tcp,address=\"127.0.0.1\"," + tls + "}",
                "isthmus.turn.loops=2", "isthmus.turn.auth.users={alice=secret}", "isthmus.turn.peers.allow=[\"127.0.0.0/8\"]")) {
            Command agents = Command.run(60, "/usr/bin/python3", script.toString(), transport, Integer.toString(port));
            assertThat(agents.output()).contains("same");
            assertThat(server.command().isAlive()).isTrue();
        }
    }
}
