package dev.isthmus.turn.natlab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.ice.CandidatePair;
import dev.isthmus.ice.ice.IceReason;
import dev.isthmus.ice.ice.IceState;
import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.net.UdpPort;
import dev.isthmus.ice.session.IcePolicy;
import dev.isthmus.ice.session.IceServer;
import dev.isthmus.ice.session.SessionReason;
import dev.isthmus.ice.session.net.SessionLoop;
import dev.isthmus.ice.stun.MessageIntegrity;
import dev.isthmus.ice.stun.StunAttribute;
import dev.isthmus.ice.stun.StunType;
import dev.isthmus.ice.stun.StunWriter;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Gateways with one port for all their sessions: which packet is whose, and whose it does not become. */
class SharedPortIT {
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private NatLab lab;
    private NatLab.Place left;
    private NatLab.Place right;

    @BeforeEach
    void build() throws Exception {
        lab = open(new NatLab());
        left = lab.place(Site.OPEN, 1);
        right = lab.place(Site.OPEN, 2);
    }

    @AfterEach
    void remove() throws Exception {
        while (!opened.isEmpty()) {
            opened.pop().close();
        }
    }

    private <T extends AutoCloseable> T open(T what) {
        opened.push(what);
        return what;
    }

    private static SessionLoop gateway(NatLab.Place place) throws Exception {
        SessionLoop sessions = LabAgent.sessions(place);
        place.loop().submit(() -> sessions.share(place.host().withPort(10_000))).join();
        return sessions;
    }

    private LabAgent agent(NatLab.Place place, SessionLoop sessions, boolean controlling, List<IceServer> servers) {
        return open(new LabAgent(place, sessions, SessionLoop.Options.of(controlling, IcePolicy.ALL, servers)));
    }

    private static boolean direct(CandidatePair pair) {
        return pair.local().base().port() == 10_000 && pair.remote().address().port() == 10_000;
    }

    @Test
    void twoSinglePortGatewaysCallEachOther() throws Exception {
        SessionLoop here = gateway(left);
        SessionLoop there = gateway(right);
        LabAgent first = agent(left, here, true, List.of());
        LabAgent firstPeer = agent(right, there, false, List.of());
        LabAgent.connect(first, firstPeer);
        assertThat(direct(LabAgent.settled(first, firstPeer))).isTrue();
        first.deliver(firstPeer, "the first call");

        // There is one flow between the two ports, and it is taken: the second call goes by the relay.
        LabAgent second = agent(left, here, true, LabAgent.servers(left));
        LabAgent secondPeer = agent(right, there, false, LabAgent.servers(right));
        LabAgent.connect(second, secondPeer);
        second.connected();
        secondPeer.connected();
        second.deliver(secondPeer, "the second call");
        secondPeer.deliver(second, "and back");
        assertThat(direct(second.selected())).isFalse();
        assertThat(second.count(IceReason.ADDRESS_IN_USE) + secondPeer.count(IceReason.ADDRESS_IN_USE)).isPositive();
        first.deliver(firstPeer, "still the first call");
        firstPeer.deliver(first, "and back");
        assertThat(direct(first.selected())).isTrue();
    }

    @Test
    void aHundredClientsShareThePort() throws Exception {
        SessionLoop gateway = gateway(left);
        SessionLoop clients = LabAgent.sessions(right);
        for (int i = 0; i < 100; i++) {
            LabAgent session = agent(left, gateway, false, List.of());
            LabAgent client = agent(right, clients, true, List.of());
            LabAgent.connect(client, session);
            LabAgent.settled(client, session);
            client.deliver(session, "client " + i);
            session.deliver(client, "session " + i);
        }
        assertThat(left.loop().submit(gateway::size).join()).isEqualTo(100);
    }

    /** A legitimate user forges the source of another one's flow, with the right password of its own session. */
    @Test
    void aForgedSourceTakesNothingOver() throws Exception {
        SessionLoop gateway = gateway(left);
        LabAgent session = agent(left, gateway, false, List.of());
        LabAgent victim = agent(right, LabAgent.sessions(right), true, List.of());
        NatLab.pin(left, right);
        LabAgent.connect(victim, session);
        TransportAddress flow = LabAgent.settled(victim, session).local().base();
        victim.deliver(session, "before");

        LabAgent other = agent(left, gateway, false, List.of());
        other.expect("attacker", "aaaaaaaaaaaaaaaaaaaaaaaaaaaa");
        NatLab.Place impostor = lab.impostor(right);
        BlockingQueue<Integer> answers = new LinkedBlockingQueue<>();
        UdpPort forged = impostor.loop()
                .submit(() -> UdpPort.bind(impostor.loop(), flow, UdpPort.Options.DEFAULT, (d, now) -> answers.add(d.length()))).join();
        TransportAddress target = left.host().withPort(10_000);
        for (int i = 0; i < 20; i++) {
            byte[] check = check(other.credentials().ufrag() + ":attacker", other.credentials().password(), i);
            impostor.loop().submit(() -> {
                forged.send(AddressKey.of(flow, target), ByteBuffer.wrap(check), 0, check.length);
                return true;
            }).join();
            victim.deliver(session, "in between " + i);
            session.deliver(victim, "and back " + i);
        }
        assertThat(session.count(SessionReason.FLOW_CONTESTED)).isPositive();
        assertThat(session.count(SessionReason.FLOW_TAKEN_OVER)).isZero();
        assertThat(answers.poll(0, TimeUnit.SECONDS)).isNull();
        assertThat(other.state()).isNotEqualTo(IceState.CONNECTED);
    }

    private static byte[] check(String username, String password, int number) {
        ByteBuffer buffer = ByteBuffer.allocate(256);
        int length = new StunWriter().begin(buffer, 0, StunType.BINDING, number, number).text(StunAttribute.USERNAME, username)
                .int32(StunAttribute.PRIORITY, 1).int64(StunAttribute.ICE_CONTROLLING, 1).flag(StunAttribute.USE_CANDIDATE)
                .integrity(new MessageIntegrity(), MessageIntegrity.shortTermKey(password)).fingerprint().length();
        byte[] bytes = new byte[length];
        buffer.get(0, bytes);
        return bytes;
    }
}
