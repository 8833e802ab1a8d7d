package dev.isthmus.gateway.net;

import dev.isthmus.gateway.GatewayReason;
import dev.isthmus.gateway.bridge.Call;
import dev.isthmus.gateway.bridge.CallSetup;
import dev.isthmus.gateway.bridge.CallView;
import dev.isthmus.gateway.bridge.Endpoint;
import dev.isthmus.gateway.peer.ClientTransport;
import dev.isthmus.gateway.rtp.NtpClock;
import dev.isthmus.gateway.sdp.AnswerWriter;
import dev.isthmus.gateway.sdp.Negotiation;
import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.dtls.DtlsReason;
import dev.isthmus.ice.dtls.SrtpProfile;
import dev.isthmus.ice.dtls.bc.BcDtlsEngine;
import dev.isthmus.ice.ice.Candidate;
import dev.isthmus.ice.ice.CandidatePair;
import dev.isthmus.ice.ice.CandidateType;
import dev.isthmus.ice.ice.IceAgent;
import dev.isthmus.ice.ice.IceCredentials;
import dev.isthmus.ice.ice.IceReason;
import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.Datagram;
import dev.isthmus.ice.net.LinkTable;
import dev.isthmus.ice.net.Loop;
import dev.isthmus.ice.net.PacketKind;
import dev.isthmus.ice.net.PortException;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.net.UdpPort;
import dev.isthmus.ice.session.SessionIndex;
import dev.isthmus.ice.stun.StunMessage;
import dev.isthmus.ice.stun.StunResult;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The gateway's part of one loop: media ports, the session index, the calls that live here. Everything runs on the loop's thread. */
final class GatewayLoop {
    private static final int BUFFER = 4 << 20;
    private static final int FIRST_LOCAL_PREFERENCE = 65535;

    private final Loop loop;
    private final GatewayParts parts;
    private final LinkTable links;
    private final Counters<GatewayReason> counters = new Counters<>(GatewayReason.class);
    private final Counters<IceReason> iceCounters = new Counters<>(IceReason.class);
    private final Counters<DtlsReason> dtlsCounters = new Counters<>(DtlsReason.class);
    private final List<MediaPort> ports = new ArrayList<>();
    private final StunMessage message = new StunMessage();
    private final SessionIndex<Session> index = new SessionIndex<>();

    GatewayLoop(Loop loop, GatewayParts parts, LinkTable links) {
        this.loop = loop;
        this.parts = parts;
        this.links = links;
    }

    void open(TransportAddress bind, TransportAddress advertise) throws PortException {
        MediaPort[] opened = new MediaPort[1];
        UdpPort socket = UdpPort.bind(loop, bind, new UdpPort.Options(false, BUFFER, BUFFER, false),
                (d, now) -> onMedia(opened[0], d, now));
        TransportAddress advertised = advertise.withPort(socket.local().port());
        opened[0] = new MediaPort(socket, advertised, loop, links);
        ports.add(opened[0]);
        links.add(advertised, loop, (d, now) -> onMedia(opened[0], d, now));
    }

    List<TransportAddress> advertised() {
        return ports.stream().map(MediaPort::advertised).toList();
    }

    Loop loop() {
        return loop;
    }

    Counters<GatewayReason> counters() {
        return counters;
    }

    Counters<IceReason> iceCounters() {
        return iceCounters;
    }

    Counters<DtlsReason> dtlsCounters() {
        return dtlsCounters;
    }

    @Nullable
    MediaPort port(AddressKey key) {
        for (MediaPort port : ports) {
            TransportAddress bound = port.bound();
            if (bound.port() == key.localPort() && bound.low() == key.localLow() && bound.high() == key.localHigh()) {
                return port;
            }
        }
        return null;
    }

    long mediaKernelDrops() {
        return ports.stream().mapToLong(p -> p.socket().kernelDrops()).sum();
    }

    private void onMedia(MediaPort port, Datagram datagram, long nowNanos) {
        AddressKey key = datagram.key();
        TransportAddress bound = port.bound();
        key.setLocal(bound.ipv4(), bound.high(), bound.low(), bound.port()); // over the link a packet is for the advertised address
        PacketKind kind = PacketKind.of(datagram.buffer(), datagram.offset(), datagram.length());
        if (kind == PacketKind.STUN) {
            onStun(datagram, nowNanos);
            return;
        }
        if (kind != PacketKind.RTP && kind != PacketKind.RTCP && kind != PacketKind.DTLS) {
            counters.count(GatewayReason.UNKNOWN_KIND);
            return;
        }
        SessionIndex.Entry<Session> entry = index.of(key);
        if (entry == null) {
            counters.count(GatewayReason.NOT_VALIDATED);
            return;
        }
        Session session = entry.session();
        session.call().onClient(kind, datagram, nowNanos);
        if (kind == PacketKind.DTLS) {
            settle(session, nowNanos);
        }
    }

    private void onStun(Datagram datagram, long nowNanos) {
        if (message.wrap(datagram.buffer(), datagram.offset(), datagram.length()) != StunResult.OK) {
            counters.count(GatewayReason.STUN_MALFORMED);
            return;
        }
        SessionIndex.Entry<Session> entry = index.of(message);
        if (entry == null) {
            counters.count(GatewayReason.STUN_UNKNOWN_SESSION);
            return;
        }
        Session session = entry.session();
        AddressKey key = datagram.key();
        IceReason reason = session.call().client().onStun(message, key.local(), key.remote(), nowNanos);
        if (reason == IceReason.CHECK_ANSWERED || reason == IceReason.RESPONSE_ACCEPTED) {
            claim(session, key, reason == IceReason.RESPONSE_ACCEPTED, nowNanos);
        }
        settle(session, nowNanos);
    }

    private void claim(Session session, AddressKey key, boolean answered, long nowNanos) {
        switch (index.claim(session.entry(), key, answered)) {
            case HELD, ENTERED, GONE -> {
                // the usual case
            }
            case TAKEN_OVER -> counters.count(GatewayReason.ADDRESSES_TAKEN_OVER);
            case CONTESTED -> counters.count(GatewayReason.ADDRESS_IN_USE);
            case IN_USE -> {
                counters.count(GatewayReason.ADDRESS_IN_USE);
                session.call().client().ice().onAddressInUse(key.local(), key.remote(), nowNanos);
            }
            case TOO_MANY -> counters.count(GatewayReason.TOO_MANY_ADDRESSES);
        }
    }

    /** After something happened to a session: files its timer, or ends it. */
    private void settle(Session session, long nowNanos) {
        if (session.call().ended()) {
            end(session, nowNanos);
        } else {
            loop.wheel().file(session.timer, session.call().nextDeadline());
        }
    }

    /** Makes a call and returns the answer to its offer. */
    GatewayService.Created create(String id, Endpoint endpoint, Negotiation negotiation) throws PortException {
        long now = loop.nowNanos();
        int tag = index.newTag(parts.random());
        PlainPorts plain = new PlainPorts(loop, parts.plainRange(), parts.random());
        Session session = new Session(this, plain);
        Endpoint opened = plain.open(endpoint, (number, datagram, nanos) -> session.call().onPlain(number, datagram, nanos));
        IceCredentials credentials = IceCredentials.random(parts.random());
        IceAgent agent = new IceAgent(new IceAgent.Setup(false, parts.random().nextLong(), tag, credentials), parts.random(), iceCounters);
        BcDtlsEngine dtls = new BcDtlsEngine(
                new BcDtlsEngine.Setup(negotiation.dtlsClient(), List.of(parts.certificate()), negotiation.fingerprints(),
                        List.of(SrtpProfile.values()), () -> peerHost(agent)),
                new BcDtlsEngine.Owner(loop::execute, () -> drain(session), parts.workers(), parts.random(), dtlsCounters));
        ClientTransport transport = new ClientTransport(agent, dtls, session);
        NtpClock clock = new NtpClock(now, parts.wallClock().millis());
        CallSetup setup = new CallSetup(id, opened, negotiation, counters, parts.random(), clock, parts.random().token(16));
        Call call = new Call(setup, transport, session, now);
        session.call(call);
        session.entry(index.add(session, agent, tag));
        counters.count(GatewayReason.CALLS_STARTED);
        localCandidates().forEach(c -> agent.addLocalCandidate(c, now));
        agent.setRemoteCredentials(negotiation.remote(), now);
        negotiation.candidates().forEach(c -> agent.addRemoteCandidate(c, now));
        transport.drain(now);
        settle(session, now);
        String answer = AnswerWriter.write(negotiation, new AnswerWriter.Local(parts.random().nextLong(), credentials,
                localCandidates(), parts.certificate().fingerprint(), call.clientSsrcs(), setup.cname()));
        return new GatewayService.Created(id, answer, credentials.ufrag());
    }

    private static String peerHost(IceAgent agent) {
        CandidatePair pair = agent.selectedPair();
        return pair == null ? "" : pair.remote().address().host();
    }

    private List<Candidate> localCandidates() {
        List<Candidate> candidates = new ArrayList<>();
        for (MediaPort port : ports) {
            int preference = FIRST_LOCAL_PREFERENCE - candidates.size();
            candidates.add(new Candidate(CandidateType.HOST, Integer.toString(candidates.size() + 1), 1,
                    Candidate.priority(CandidateType.HOST, preference, 1), port.advertised(), port.bound()));
        }
        return candidates;
    }

    private void drain(Session session) {
        if (index.has(session.entry())) {
            long now = loop.nowNanos();
            session.call().client().drain(now);
            settle(session, now);
        }
    }

    /** Takes candidates that the client found later. */
    void trickle(Session session, List<Candidate> candidates) {
        long now = loop.nowNanos();
        candidates.forEach(c -> session.call().client().ice().addRemoteCandidate(c, now));
        session.call().client().drain(now);
        settle(session, now);
    }

    /** Begins a new ICE generation and returns the fragment that tells the client ours. */
    String restart(Session session, IceCredentials remote, List<Candidate> candidates, @Nullable String mid) {
        long now = loop.nowNanos();
        IceCredentials fresh = IceCredentials.random(parts.random());
        IceAgent agent = session.call().client().ice();
        agent.restart(fresh);
        index.onCredentials(session.entry());
        agent.setRemoteCredentials(remote, now);
        candidates.forEach(c -> agent.addRemoteCandidate(c, now));
        session.call().client().drain(now);
        settle(session, now);
        return AnswerWriter.fragment(fresh, localCandidates(), mid);
    }

    @Nullable
    Session session(String id) {
        for (Session session : index.sessions()) {
            if (session.call().id().equals(id)) {
                return session;
            }
        }
        return null;
    }

    List<CallView> views() {
        long now = loop.nowNanos();
        return index.sessions().stream().map(s -> CallView.of(s.call(), now)).toList();
    }

    /** Ends a call: good-bye on both legs, sockets closed, nothing of it kept but its last view. */
    void end(Session session, long nowNanos) {
        if (!index.remove(session.entry())) {
            return;
        }
        session.call().end();
        CallView last = CallView.of(session.call(), nowNanos);
        session.call().close(nowNanos);
        session.plainPorts().close();
        loop.wheel().cancel(session.timer);
        counters.count(GatewayReason.CALLS_ENDED);
        parts.ended().accept(last);
    }

    void close() {
        long now = loop.nowNanos();
        index.sessions().forEach(s -> end(s, now));
        for (MediaPort port : ports) {
            links.remove(port.advertised());
            port.socket().close();
        }
    }
}
