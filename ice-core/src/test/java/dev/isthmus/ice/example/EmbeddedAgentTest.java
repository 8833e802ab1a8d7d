package dev.isthmus.ice.example;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.net.TransportAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The program of docs/embedding.md, twice. */
class EmbeddedAgentTest {
    private final List<EmbeddedAgent> agents = new ArrayList<>();
    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();

    private EmbeddedAgent agent(boolean controlling) throws Exception {
        int other = agents.size() ^ 1;
        EmbeddedAgent agent = new EmbeddedAgent(controlling, List.of(), line -> agents.get(other).hear(line),
                data -> received.add(new String(data, StandardCharsets.UTF_8)));
        agents.add(agent);
        return agent;
    }

    @Test
    void twoOfThemFindEachOther() throws Exception {
        List<TransportAddress> hosts = List.of(Objects.requireNonNull(TransportAddress.parse("127.0.0.1", 0)));
        try (EmbeddedAgent one = agent(true); EmbeddedAgent two = agent(false)) {
            one.start(hosts);
            two.start(hosts);
            assertThat(one.connected().get(10, TimeUnit.SECONDS)).isTrue();
            assertThat(two.connected().get(10, TimeUnit.SECONDS)).isTrue();
            assertThat(one.send("hello".getBytes(StandardCharsets.UTF_8)).get(10, TimeUnit.SECONDS)).isTrue();
            assertThat(received.poll(10, TimeUnit.SECONDS)).isEqualTo("hello");
        }
    }
}
