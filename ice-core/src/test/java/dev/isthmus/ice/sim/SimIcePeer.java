package dev.isthmus.ice.sim;

import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.ice.Candidate;
import dev.isthmus.ice.ice.CandidatePair;
import dev.isthmus.ice.ice.CandidateTransport;
import dev.isthmus.ice.ice.CandidateType;
import dev.isthmus.ice.ice.IceAgent;
import dev.isthmus.ice.ice.IceCredentials;
import dev.isthmus.ice.ice.IceEvent;
import dev.isthmus.ice.ice.IceReason;
import dev.isthmus.ice.ice.IceState;
import dev.isthmus.ice.ice.IceTransmit;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.stun.MessageIntegrity;
import dev.isthmus.ice.stun.StunAttribute;
import dev.isthmus.ice.stun.StunMessage;
import dev.isthmus.ice.stun.StunResult;
import dev.isthmus.ice.stun.StunType;
import dev.isthmus.ice.stun.StunWriter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An ICE agent on the simulated network, with host candidates. */
public final class SimIcePeer implements SimNetwork.Host {
    private final SimNetwork network;
    private final List<TransportAddress> addresses = new ArrayList<>();
    private final List<Candidate> streams = new ArrayList<>();
    private final List<IceEvent> events = new ArrayList<>();
    private final Counters<IceReason> counters = new Counters<>(IceReason.class);
    private final SeededRandom random;
    private final IceAgent agent;
    private final StunMessage message = new StunMessage();

    public SimIcePeer(SimNetwork network, boolean controlling, long tieBreaker) {
        this(network, controlling, tieBreaker, false);
    }

    private SimIcePeer(SimNetwork network, boolean controlling, long tieBreaker, boolean lite) {
        this.network = network;
        this.random = network.random().split();
        this.agent = new IceAgent(new IceAgent.Setup(controlling, tieBreaker, random.nextInt(), IceCredentials.random(random), lite),
                random,
                counters);
    }

    /** Creates an agent that only answers; its tie-breaker wins against every other. */
    public static SimIcePeer lite(SimNetwork network, boolean controlling) {
        return new SimIcePeer(network, controlling, -1, true);
    }

    public static TransportAddress address(String hostAndPort) {
        return Objects.requireNonNull(TransportAddress.parse(hostAndPort));
    }

    /** Adds a host candidate at that address, behind the NAT or not. */
    public SimIcePeer at(String hostAndPort, @Nullable SimNat nat) {
        TransportAddress address = address(hostAndPort);
        network.attach(this, address, nat);
        addresses.add(address);
        agent.addLocalCandidate(Candidate.host(address, 65535 - addresses.size()), network.now());
        return this;
    }

    /** Adds a host candidate whose address behind the NAT is told to peers in place of its own. */
    public SimIcePeer advertised(String base, String outside, SimNat nat) {
        network.attach(this, address(base), nat);
        nat.outbound(address(base), address(outside), network.now());
        addresses.add(address(outside));
        agent.addLocalCandidate(
                new Candidate(CandidateType.HOST, "1", 1, Candidate.priority(CandidateType.HOST, 65534, 1), address(outside),
                        address(base)),
                network.now());
        return this;
    }

    /** Sends the other side one nominating check from an address, as a browser does that nominates whatever works. */
    public void nominate(SimIcePeer other, String from) {
        String username = other.agent.localCredentials().ufrag() + ":" + agent.localCredentials().ufrag();
        ByteBuffer buffer = ByteBuffer.allocate(256);
        StunWriter writer = new StunWriter().begin(buffer, 0, StunType.BINDING, random.nextInt(), random.nextLong());
        writer.text(StunAttribute.USERNAME, username).int32(StunAttribute.PRIORITY, 1).int64(StunAttribute.ICE_CONTROLLING, 1)
                .flag(StunAttribute.USE_CANDIDATE)
                .integrity(new MessageIntegrity(), MessageIntegrity.shortTermKey(other.agent.localCredentials().password())).fingerprint();
        network.send(address(from), other.addresses.get(0), Arrays.copyOf(buffer.array(), writer.length()));
    }

    /** Adds a candidate that opens connections, or one that takes them. The network has no ports of active ones: one connection for each is enough. */
    public SimIcePeer tcp(String hostAndPort, CandidateTransport transport) {
        TransportAddress address = address(hostAndPort).overTcp();
        network.attach(this, address, null);
        streams.add(Candidate.host(address, 65535, transport));
        agent.addLocalCandidate(streams.get(streams.size() - 1), network.now());
        return this;
    }

    /** Tells this peer everything about the other, as an exchange of descriptions would. */
    public void learn(SimIcePeer other) {
        agent.setRemoteCredentials(other.agent.localCredentials(), network.now());
        if (other.agent.isLite()) {
            agent.setRemoteLite(network.now());
        }
        other.streams.forEach(stream -> agent.addRemoteCandidate(stream, network.now()));
        for (TransportAddress address : other.addresses) {
            agent.addRemoteCandidate(Candidate.host(address, 65535 - 1 - other.addresses.indexOf(address)), network.now());
        }
        flush();
    }

    /** Begins a new generation. */
    public void restart() {
        agent.restart(IceCredentials.random(random));
        flush();
    }

    /** The connection of the selected pair ends. */
    public void cut() {
        CandidatePair pair = selected();
        agent.onDisconnected(pair.local().base(), pair.remote().address(), network.now());
        flush();
    }

    /** The owner says that the selected pair's way is another session's. */
    public void inUse() {
        CandidatePair pair = selected();
        agent.onAddressInUse(pair.local().base(), pair.remote().address(), network.now());
        flush();
    }

    public IceAgent agent() {
        return agent;
    }

    public Counters<IceReason> counters() {
        return counters;
    }

    public List<IceEvent> events() {
        return events;
    }

    public boolean connected() {
        return agent.state() == IceState.CONNECTED;
    }

    public CandidatePair selected() {
        return Objects.requireNonNull(agent.selectedPair());
    }

    /** Hands a datagram to the agent and returns what became of it. */
    public IceReason receive(byte[] bytes, TransportAddress at, TransportAddress from) {
        if (message.wrap(ByteBuffer.wrap(bytes), 0, bytes.length) != StunResult.OK) {
            throw new IllegalArgumentException("not STUN");
        }
        IceReason reason = agent.onPacket(message, at, from, network.now());
        flush();
        return reason;
    }

    @Override
    public void onDatagram(byte[] bytes, TransportAddress at, TransportAddress from, long nowNanos) {
        receive(bytes, at, from);
    }

    @Override
    public void onTimeout(long nowNanos) {
        agent.onTimeout(nowNanos);
        flush();
    }

    @Override
    public long nextDeadline() {
        return agent.nextDeadline();
    }

    private void flush() {
        for (IceTransmit t = agent.pollTransmit(); t != null; t = agent.pollTransmit()) {
            network.send(t.local(), t.remote(), t.bytes());
        }
        for (IceEvent e = agent.pollEvent(); e != null; e = agent.pollEvent()) {
            events.add(e);
        }
    }
}
