package dev.isthmus.gateway.peer.net;

import dev.isthmus.gateway.GatewayReason;
import dev.isthmus.gateway.media.MediaPlan;
import dev.isthmus.gateway.media.MediaSession;
import dev.isthmus.gateway.peer.RTCDtlsTransportState;
import dev.isthmus.gateway.peer.RTCIceTransportPolicy;
import dev.isthmus.gateway.peer.RTCIceTransportState;
import dev.isthmus.gateway.peer.RTCPeerConnectionIceErrorEvent;
import dev.isthmus.gateway.peer.TaskQueue;
import dev.isthmus.gateway.peer.TransportPort;
import dev.isthmus.gateway.rtp.NtpClock;
import dev.isthmus.gateway.srtp.SecureChannel;
import dev.isthmus.ice.dtls.DtlsEvent;
import dev.isthmus.ice.dtls.DtlsReason;
import dev.isthmus.ice.dtls.SrtpProfile;
import dev.isthmus.ice.dtls.bc.BcDtlsEngine;
import dev.isthmus.ice.ice.Candidate;
import dev.isthmus.ice.ice.CandidatePair;
import dev.isthmus.ice.ice.IceCredentials;
import dev.isthmus.ice.ice.IceState;
import dev.isthmus.ice.net.PacketKind;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.net.Wheel;
import dev.isthmus.ice.sdp.CandidateAttribute;
import dev.isthmus.ice.session.SessionEvent;
import dev.isthmus.ice.session.net.LiveSession;
import dev.isthmus.ice.time.Deadline;
import dev.isthmus.ice.turn.client.TurnData;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A transport on its loop: ICE below, DTLS and SRTP over it, media on top. */
final class LiveTransport implements TransportPort, LiveSession.Listener, MediaSession.Output {
    private static final int RTP = 1;
    private static final int RTCP = 2;
    private static final int MOST_EARLY = 8;
    private static final int NO_ANSWER = 701;
    private static final int ROOM = 2048;

    private final PeerLoop owner;
    private final Setup setup;
    private final TaskQueue queue;
    private final Listener listener;
    private final List<@Nullable SecureChannel> channels = new ArrayList<>(Arrays.asList(null, null));
    /** Records that came before it was said who the peer is. */
    private final Deque<byte[]> early = new ArrayDeque<>();
    /** What came before there was a session. */
    private final Deque<Consumer<LiveSession>> waiting = new ArrayDeque<>();
    /** Generations of the peer's that have no more candidates. */
    private final Set<String> endedGenerations = new HashSet<>();
    private String remoteUfrag = "";
    /** Servers that have not answered. */
    private final Set<String> silent = new HashSet<>();
    private RTCDtlsTransportState dtlsState = RTCDtlsTransportState.NEW;
    private @Nullable Dtls present;
    private final Wheel.Entry timer = new Wheel.Entry(this::onTimer);
    private final ByteBuffer records = ByteBuffer.allocateDirect(TurnData.HEADROOM + ROOM + TurnData.TAILROOM);
    private @Nullable LiveSession session;
    private @Nullable MediaSession media;
    private String ufrag;
    private RTCIceTransportState state = RTCIceTransportState.NEW;
    private boolean gathered;
    private boolean muxed;
    private boolean closed;

    LiveTransport(PeerLoop owner, Setup setup, TaskQueue queue, Listener listener) {
        this.owner = owner;
        this.setup = setup;
        this.queue = queue;
        this.listener = listener;
        this.ufrag = setup.credentials().ufrag();
        this.muxed = setup.components() == 1;
    }

    /** Runs something on the loop, unless it is closed by then. */
    private void message(Consumer<LiveSession> task) {
        owner.loop().execute(() -> {
            if (session == null && !closed) {
                waiting.add(task); // the servers' names are still being asked for
            } else {
                carryOut(task);
            }
        });
    }

    private void carryOut(Consumer<LiveSession> task) {
        LiveSession open = session;
        if (!closed && open != null) {
            task.accept(open);
            refile();
        }
    }

    private void tell(Consumer<Listener> what) {
        queue.post(() -> what.accept(listener));
    }

    @Override
    public void gather() {
        owner.withServers(setup.configuration(), servers -> {
            if (closed) {
                return;
            }
            LiveSession opened = owner.open(setup, servers, this);
            session = opened;
            opened.restart(setup.credentials());
            long now = owner.loop().nowNanos();
            media = new MediaSession(this, owner.counters(), new NtpClock(now, owner.wallMillis()), owner.random().token(16), now);
            owner.gather(opened);
            for (Consumer<LiveSession> task = waiting.poll(); task != null; task = waiting.poll()) {
                carryOut(task);
            }
        });
    }

    @Override
    public void restart(IceCredentials local) {
        message(open -> {
            ufrag = local.ufrag();
            gathered = false;
            open.restart(local);
        });
    }

    @Override
    public void setRemote(RemoteIce remote) {
        message(open -> {
            remoteUfrag = remote.credentials().ufrag();
            if (remote.lite()) {
                open.setRemoteLite();
            }
            if (remote.pacing() > 0) {
                open.setRemotePacing(remote.pacing());
            }
            open.setRemoteCredentials(remote.credentials());
        });
    }

    @Override
    public void addCandidate(String line, String generation) {
        message(open -> open.addRemoteCandidate(line, generation));
    }

    @Override
    public void endOfCandidates(String generation) {
        message(open -> {
            endedGenerations.add(generation.isEmpty() ? remoteUfrag : generation);
            open.endOfRemoteCandidates(generation);
            tellState();
        });
    }

    @Override
    public void startDtls(Dtls dtls) {
        message(open -> {
            for (int component = RTP; component <= (muxed ? RTP : RTCP); component++) {
                secure(open, dtls, component);
            }
            List<byte[]> waiting = List.copyOf(early);
            early.clear();
            waiting.forEach(record -> onRecords(RTP, ByteBuffer.wrap(record), 0, record.length));
        });
    }

    private void secure(LiveSession open, Dtls dtls, int component) {
        SecureChannel before = channels.get(component - 1);
        if (before != null) {
            before.close();
        }
        SecureChannel[] made = new SecureChannel[1];
        BcDtlsEngine engine = new BcDtlsEngine(
                new BcDtlsEngine.Setup(dtls.client(), dtls.certificates(), dtls.fingerprints(), List.of(SrtpProfile.values()),
                        () -> peerHost(open, component)),
                new BcDtlsEngine.Owner(owner.loop()::execute, () -> drain(component, made[0]), owner.workers(), owner.random(),
                        owner.dtlsCounters()));
        SecureChannel channel = new SecureChannel(engine, event -> onDtlsEvent(component, dtls, event));
        made[0] = channel;
        channels.set(component - 1, channel);
        if (component == RTP) {
            present = dtls;
            tellDtls(RTCDtlsTransportState.NEW, List.of(), dtls, null);
        }
        startIfConnected(open);
    }

    private static String peerHost(LiveSession open, int component) {
        CandidatePair pair = open.session(component).agent().selectedPair();
        return pair == null ? "" : pair.remote().address().host();
    }

    private void startIfConnected(LiveSession open) {
        if (open.state() == IceState.CONNECTED) {
            for (int component = RTP; component <= (muxed ? RTP : RTCP); component++) {
                SecureChannel channel = channels.get(component - 1);
                if (channel != null) {
                    channel.start(owner.loop().nowNanos());
                    connecting(component);
                    drain(component, channel);
                }
            }
        }
    }

    private void drain(int component, @Nullable SecureChannel channel) {
        LiveSession open = session;
        if (channel == null || closed || open == null || channels.get(component - 1) != channel) {
            return;
        }
        channel.drain();
        for (byte[] record = channel.nextTransmit(); record != null; record = channel.nextTransmit()) {
            if (record.length > ROOM) {
                channel.sent();
                continue;
            }
            records.put(TurnData.HEADROOM, record);
            if (!open.send(component, records, TurnData.HEADROOM, record.length)) {
                return; // it waits for a pair
            }
            channel.sent();
        }
    }

    private void connecting(int component) {
        Dtls dtls = present;
        if (component == RTP && dtls != null && dtlsState == RTCDtlsTransportState.NEW) {
            tellDtls(RTCDtlsTransportState.CONNECTING, List.of(), dtls, null);
        }
    }

    private void onDtlsEvent(int component, Dtls dtls, DtlsEvent event) {
        if (component != RTP) {
            return;
        }
        switch (event) {
            case DtlsEvent.Connected(var keys, List<byte[]> certificates) ->
                tellDtls(RTCDtlsTransportState.CONNECTED, certificates, dtls, null);
            case DtlsEvent.Failed failed -> tellDtls(RTCDtlsTransportState.FAILED, List.of(), dtls, failed);
            case DtlsEvent.Closed() -> tellDtls(RTCDtlsTransportState.CLOSED, List.of(), dtls, null);
            default -> {
                // application data, which nobody here takes yet
            }
        }
    }

    private void tellDtls(RTCDtlsTransportState now, List<byte[]> certificates, Dtls dtls, DtlsEvent.@Nullable Failed failed) {
        dtlsState = now;
        boolean fingerprint = failed != null && failed.refusal() == DtlsReason.WRONG_FINGERPRINT;
        DtlsOutcome outcome = new DtlsOutcome(now, certificates, dtls.client(), failed == null ? -1 : failed.alert(), -1, fingerprint,
                failed == null ? "" : failed.why());
        tell(l -> l.onDtls(outcome));
    }

    @Override
    public void multiplex() {
        message(open -> {
            muxed = true;
            open.endSecondComponent();
            SecureChannel second = channels.set(RTCP - 1, null);
            if (second != null) {
                second.close();
            }
        });
    }

    @Override
    public void configure(MediaPlan next) {
        message(open -> {
            MediaSession m = media;
            if (m != null) {
                m.configure(next);
            }
        });
    }

    @Override
    public void close() {
        owner.loop().execute(() -> {
            if (closed) {
                return;
            }
            MediaSession m = media;
            if (m != null) {
                m.close();
            }
            for (int component = RTP; component <= RTCP; component++) {
                SecureChannel channel = channels.get(component - 1);
                if (channel != null) {
                    channel.close();
                    drain(component, channel);
                }
            }
            closed = true;
            owner.loop().wheel().cancel(timer);
            LiveSession open = session;
            if (open != null) {
                open.close();
            }
        });
    }

    @Override
    public void onEvent(SessionEvent event) {
        LiveSession open = session;
        if (open == null) {
            return;
        }
        switch (event) {
            case SessionEvent.CandidateFound(Candidate found) -> {
                String generation = ufrag;
                String line = open.attribute(found, Map.of("ufrag", generation)).toSdp();
                tell(l -> l.onCandidate(generation, line, null));
            }
            case SessionEvent.GatheringDone() -> {
                gathered = true;
                String generation = ufrag;
                tell(l -> l.onGathered(generation));
                tellState();
            }
            case SessionEvent.GatheringError(String url, TransportAddress base, int code, String text) ->
                failed(url, base, code, text);
            case SessionEvent.StateChanged changed -> {
                tellState();
                startIfConnected(open);
            }
            case SessionEvent.PairSelected(CandidatePair pair) -> selected(pair);
            default -> {
                // sockets and connections are the session's affair
            }
        }
    }

    /** Where we are is said only to those who are told it anyway; that nobody answers is said once of each server. */
    private void failed(String url, TransportAddress base, int code, String text) {
        if (code != NO_ANSWER || silent.add(url)) {
            boolean told = setup.configuration().iceTransportPolicy() == RTCIceTransportPolicy.ALL;
            tell(l -> l.onGatheringError(
                    RTCPeerConnectionIceErrorEvent.of(told ? base.host() : null, told ? base.port() : null, url, code, text)));
        }
    }

    private void selected(CandidatePair pair) {
        String local = CandidateAttribute.line(pair.local());
        String remote = CandidateAttribute.line(pair.remote());
        tellIce(new SelectedPair(local, remote));
        drain(RTP, channels.get(RTP - 1));
        drain(RTCP, channels.get(RTCP - 1));
    }

    private void tellState() {
        tellIce(null);
    }

    /** A pair and the state that it brings are told in one. */
    private void tellIce(@Nullable SelectedPair pair) {
        LiveSession open = session;
        if (open == null) {
            return;
        }
        RTCIceTransportState now = switch (open.state()) {
            case NEW -> RTCIceTransportState.NEW;
            case CHECKING -> RTCIceTransportState.CHECKING;
            case CONNECTED ->
                gathered && endedGenerations.contains(remoteUfrag) ? RTCIceTransportState.COMPLETED : RTCIceTransportState.CONNECTED;
            case DISCONNECTED -> RTCIceTransportState.DISCONNECTED;
            case FAILED -> RTCIceTransportState.FAILED;
        };
        if (now != state || pair != null) {
            state = now;
            tell(l -> l.onIce(pair, now));
        }
    }

    @Override
    public void onData(int component, ByteBuffer buffer, int offset, int length) {
        PacketKind kind = PacketKind.of(buffer, offset, length);
        if (kind == PacketKind.DTLS) {
            onRecords(component, buffer, offset, length);
            return;
        }
        SecureChannel channel = channels.get(component - 1);
        MediaSession m = media;
        if (channel == null || m == null) {
            owner.counters().count(GatewayReason.NO_KEYS_YET);
        } else if (kind == PacketKind.RTP) {
            onMedia(m, channel, channel.openRtp(buffer, offset, length), buffer, offset, false);
        } else if (kind == PacketKind.RTCP) {
            onMedia(m, channel, channel.openRtcp(buffer, offset, length), buffer, offset, true);
        } else {
            owner.counters().count(GatewayReason.UNKNOWN_KIND);
        }
    }

    private void onMedia(MediaSession m, SecureChannel channel, int length, ByteBuffer buffer, int offset, boolean rtcp) {
        if (length < 0) {
            owner.counters().count(channel.reason());
        } else if (rtcp) {
            m.onRtcp(buffer, offset, length, owner.loop().nowNanos());
            refile();
        } else {
            m.onRtp(buffer, offset, length, owner.loop().nowNanos());
        }
    }

    private void onRecords(int component, ByteBuffer buffer, int offset, int length) {
        SecureChannel channel = channels.get(component - 1);
        if (channel != null) {
            connecting(component);
            channel.onDtls(buffer, offset, length, owner.loop().nowNanos());
            drain(component, channel);
        } else if (component == RTP && early.size() < MOST_EARLY) {
            byte[] copy = new byte[length];
            buffer.get(offset, copy);
            early.add(copy);
        }
    }

    @Override
    public boolean send(boolean rtcp, ByteBuffer buffer, int offset, int length) {
        int component = rtcp && !muxed ? RTCP : RTP;
        SecureChannel channel = channels.get(component - 1);
        LiveSession open = session;
        if (closed || channel == null || open == null) {
            owner.counters().count(GatewayReason.NO_KEYS_YET);
            return false;
        }
        int sealed = rtcp ? channel.protectRtcp(buffer, offset, length) : channel.protectRtp(buffer, offset, length);
        if (sealed < 0) {
            owner.counters().count(channel.reason());
            return false;
        }
        boolean sent = open.send(component, buffer, offset, sealed);
        if (!sent) {
            owner.counters().count(GatewayReason.NO_SELECTED_PAIR);
        }
        return sent;
    }

    @Override
    public void onMedia(String mid) {
        tell(l -> l.onMedia(mid));
    }

    @Override
    public boolean isHere() {
        return owner.loop().inLoop();
    }

    @Override
    public void execute(Runnable task) {
        owner.loop().execute(task);
    }

    @Override
    public long nowNanos() {
        return owner.loop().nowNanos();
    }

    private long onTimer(long nowNanos) {
        MediaSession m = media;
        if (m != null && !closed) {
            m.onTimeout(nowNanos);
            return m.nextDeadline();
        }
        return Deadline.NONE;
    }

    private void refile() {
        MediaSession m = media;
        if (m != null && !closed) {
            owner.loop().wheel().file(timer, m.nextDeadline());
        }
    }
}
