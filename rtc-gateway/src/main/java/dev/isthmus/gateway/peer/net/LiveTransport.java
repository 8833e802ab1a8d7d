package dev.isthmus.gateway.peer.net;

import dev.isthmus.gateway.peer.TransportMeasurement;
import dev.isthmus.gateway.GatewayReason;
import dev.isthmus.gateway.media.LegStats;
import dev.isthmus.gateway.media.MediaPlan;
import dev.isthmus.gateway.media.MediaSession;
import dev.isthmus.gateway.peer.DataPort;
import dev.isthmus.gateway.peer.RTCConfiguration;
import dev.isthmus.gateway.peer.RTCDtlsTransportState;
import dev.isthmus.gateway.peer.RTCIceServer;
import dev.isthmus.gateway.peer.RTCIceTransportPolicy;
import dev.isthmus.gateway.peer.RTCIceTransportState;
import dev.isthmus.gateway.peer.RTCPeerConnectionIceErrorEvent;
import dev.isthmus.gateway.peer.TaskQueue;
import dev.isthmus.gateway.peer.TransportMonitor;
import dev.isthmus.gateway.peer.TransportPort;
import dev.isthmus.gateway.rtp.NtpClock;
import dev.isthmus.gateway.srtp.SecureChannel;
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
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A transport on its loop: ICE below, DTLS and SRTP over it, media on top. */
final class LiveTransport implements TransportPort, TransportMonitor, LiveSession.Listener, MediaSession.Output {
    private static final int NO_ANSWER = 701;

    private final PeerLoop owner;
    private final @Nullable ConnectionPool pool;
    private final Setup setup;
    private final TaskQueue queue;
    private final Listener listener;
    private final DtlsLayer dtls;
    private final SctpLayer sctp;
    private final EarlyMedia early = new EarlyMedia();
    /** What came while the names of servers were asked for. */
    private final Deque<Consumer<LiveSession>> waiting = new ArrayDeque<>();
    /** Generations of the peer's that have no more candidates. */
    private final Set<String> endedGenerations = new HashSet<>();
    private String remoteUfrag = "";
    /** Servers that have not answered. */
    private final Set<String> silent = new HashSet<>();
    private final Wheel.Entry timer = new Wheel.Entry(this::onTimer);
    private @Nullable LiveSession session;
    private final MediaSession media;
    private final TransportMeter meter;
    private Runnable onChange = () -> {};
    private List<RTCIceServer> servers;
    private String ufrag;
    private RTCIceTransportState state = RTCIceTransportState.NEW;
    private boolean gathered;
    private boolean muxed;
    private boolean resolving = true;
    private boolean closed;

    LiveTransport(PeerLoop owner, @Nullable ConnectionPool pool, Setup setup, TaskQueue queue, Listener listener) {
        this.owner = owner;
        this.pool = pool;
        this.setup = setup;
        this.queue = queue;
        this.listener = listener;
        this.ufrag = setup.credentials().ufrag();
        this.servers = setup.configuration().iceServers();
        this.muxed = setup.components() == 1;
        this.dtls = new DtlsLayer(owner, setup.components(), this::onDtls, component -> early.release(component, this),
                bytes -> sctp().onData(bytes));
        this.sctp = new SctpLayer(owner, dtls::sendData, news -> tell(l -> l.onSctp(news)));
        long now = owner.loop().nowNanos();
        this.media = new MediaSession(this, owner.counters(), new NtpClock(now, owner.wallMillis()), setup.cname(), owner.scratch(), now);
        this.meter = new TransportMeter(owner, dtls, media);
    }

    /** Runs something on the loop, unless it is closed by then. */
    private void message(Consumer<LiveSession> task) {
        owner.loop().execute(() -> {
            if (resolving && !closed) {
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
            LiveSession opened = owner.open(setup, servers, pool, this);
            session = opened;
            dtls.over(opened);
            meter.over(opened);
            opened.restart(setup.credentials());
            owner.gather(opened);
            resolving = false;
            carryOutWaiting();
        });
    }

    private void carryOutWaiting() {
        while (!resolving && !waiting.isEmpty()) {
            carryOut(waiting.remove());
        }
    }

    @Override
    public void restart(IceCredentials local, RTCConfiguration configuration) {
        message(open -> {
            if (configuration.iceServers().equals(servers)) {
                begin(open, local);
                return;
            }
            servers = configuration.iceServers();
            resolving = true;
            owner.withServers(configuration, resolved -> {
                resolving = false;
                if (!closed) {
                    open.setServers(resolved);
                    begin(open, local);
                    carryOutWaiting();
                }
            });
        });
    }

    private void begin(LiveSession open, IceCredentials local) {
        ufrag = local.ufrag();
        gathered = false;
        silent.clear();
        open.restart(local);
    }

    @Override
    public void setRemote(RemoteIce remote) {
        message(open -> {
            remoteUfrag = remote.credentials().ufrag();
            endedGenerations.retainAll(Set.of(remoteUfrag));
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
            tellIce(null);
        });
    }

    @Override
    public void startDtls(Dtls association) {
        message(open -> dtls.start(association));
    }

    private void onDtls(DtlsOutcome outcome) {
        if (!dtls.mayConnect()) {
            early.forget();
        }
        sctp.secured(outcome.state() == RTCDtlsTransportState.CONNECTED);
        tell(l -> l.onDtls(outcome));
        onChange.run();
    }

    @Override
    public void multiplex() {
        message(open -> {
            muxed = true;
            open.endSecondComponent();
            dtls.multiplex();
        });
    }

    @Override
    public void configure(MediaPlan next) {
        message(open -> media.configure(next));
    }

    @Override
    public void measure(Consumer<TransportMeasurement> taker) {
        owner.loop().execute(() -> {
            TransportMeasurement measured = meter.measure();
            queue.post(() -> taker.accept(measured));
        });
    }

    private SctpLayer sctp() {
        return sctp;
    }

    @Override
    public DataPort data() {
        return new LiveDataPort(task -> message(open -> task.run()), sctp);
    }

    @Override
    public void close() {
        owner.loop().execute(() -> {
            if (closed) {
                return;
            }
            meter.end();
            media.close();
            sctp.end();
            dtls.close();
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
                String url = open.url(found);
                tell(l -> l.onCandidate(generation, line, url.isEmpty() ? null : url));
            }
            case SessionEvent.GatheringDone() -> {
                gathered = true;
                String generation = ufrag;
                tell(l -> l.onGathered(generation));
                tellIce(null);
            }
            case SessionEvent.GatheringError(String url, TransportAddress base, int code, String text) ->
                failed(url, base, code, text);
            case SessionEvent.StateChanged changed -> {
                tellIce(null);
                dtls.startIfConnected();
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
        dtls.drain();
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
            boolean controlling = isControlling();
            tell(l -> l.onIce(pair, now, controlling));
            onChange.run();
        }
    }

    @Override
    public void onData(int component, ByteBuffer buffer, int offset, int length) {
        PacketKind kind = PacketKind.of(buffer, offset, length);
        if (kind == PacketKind.DTLS) {
            dtls.onRecords(component, buffer, offset, length);
            return;
        }
        SecureChannel channel = dtls.channel(component);
        if (channel == null || !channel.hasKeys()) {
            if (channel == null || !dtls.mayConnect() || !early.keep(component, buffer, offset, length)) {
                media.refuse(GatewayReason.NO_KEYS_YET);
            }
        } else if (kind == PacketKind.RTP) {
            onMedia(channel, channel.openRtp(buffer, offset, length), buffer, offset, false);
        } else if (kind == PacketKind.RTCP) {
            onMedia(channel, channel.openRtcp(buffer, offset, length), buffer, offset, true);
        } else {
            media.refuse(GatewayReason.UNKNOWN_KIND);
        }
    }

    private void onMedia(SecureChannel channel, int length, ByteBuffer buffer, int offset, boolean rtcp) {
        if (length < 0) {
            media.refuse(channel.reason());
        } else if (rtcp) {
            media.onRtcp(buffer, offset, length, owner.loop().nowNanos());
            refile();
        } else {
            media.onRtp(buffer, offset, length, owner.loop().nowNanos());
        }
    }

    @Override
    public boolean send(boolean rtcp, ByteBuffer buffer, int offset, int length) {
        int component = rtcp && !muxed ? DtlsLayer.RTCP : DtlsLayer.RTP;
        SecureChannel channel = dtls.channel(component);
        if (channel == null) {
            media.drop(GatewayReason.NO_KEYS_YET);
            return false;
        }
        int sealed = rtcp ? channel.protectRtcp(buffer, offset, length) : channel.protectRtp(buffer, offset, length);
        return sendSealed(component, channel, buffer, offset, sealed);
    }

    @Override
    public boolean repeat(ByteBuffer buffer, int offset, int length) {
        SecureChannel channel = dtls.channel(DtlsLayer.RTP);
        return channel != null && sendSealed(DtlsLayer.RTP, channel, buffer, offset, channel.repeatRtp(buffer, offset, length));
    }

    private boolean sendSealed(int component, SecureChannel channel, ByteBuffer buffer, int offset, int sealed) {
        LiveSession open = session;
        if (sealed < 0 || closed || open == null) {
            media.drop(sealed < 0 ? channel.reason() : GatewayReason.NO_SELECTED_PAIR);
            return false;
        }
        boolean sent = open.send(component, buffer, offset, sealed);
        if (!sent) {
            media.drop(GatewayReason.NO_SELECTED_PAIR);
        }
        return sent;
    }

    @Override
    public void onDeadline() {
        refile();
    }

    @Override
    public void onMedia(String mid) {
        tell(l -> l.onMedia(mid));
    }

    @Override
    public void onSilence(String mid) {
        tell(l -> l.onSilence(mid));
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
        if (closed) {
            return Deadline.NONE;
        }
        media.onTimeout(nowNanos);
        return media.nextDeadline();
    }

    private void refile() {
        if (!closed) {
            owner.loop().wheel().file(timer, media.nextDeadline());
        }
    }

    @Override
    public IceState iceState() {
        LiveSession open = session;
        return open == null ? IceState.NEW : open.state();
    }

    @Override
    public boolean isControlling() {
        LiveSession open = session;
        return open == null ? setup.controlling() : open.session().agent().isControlling();
    }

    @Override
    public boolean heard() {
        LiveSession open = session;
        return open != null && open.session().agent().heard();
    }

    @Override
    public int pairs() {
        LiveSession open = session;
        return open == null ? 0 : open.session().agent().pairs().size();
    }

    @Override
    public @Nullable CandidatePair selectedPair() {
        LiveSession open = session;
        return open == null ? null : open.session().agent().selectedPair();
    }

    @Override
    public RTCDtlsTransportState dtlsState() {
        return dtls.state();
    }

    @Override
    public String dtlsFailure() {
        return dtls.failure();
    }

    @Override
    public String srtpProfile() {
        return dtls.profile();
    }

    @Override
    public long roundTripMillis() {
        return media.roundTripMillis();
    }

    @Override
    public LegStats received() {
        return media.received();
    }

    @Override
    public LegStats sent() {
        return media.sent();
    }

    @Override
    public void onChange(Runnable task) {
        onChange = task;
    }
}
