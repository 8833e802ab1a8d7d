package dev.isthmus.gateway.bridge;

import dev.isthmus.gateway.GatewayReason;
import dev.isthmus.gateway.media.LegStats;
import dev.isthmus.gateway.peer.RTCDtlsTransportState;
import dev.isthmus.gateway.peer.TransportMonitor;
import dev.isthmus.gateway.rtp.RtpHeader;
import dev.isthmus.ice.ice.IceState;
import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.Datagram;
import dev.isthmus.ice.net.PacketKind;
import dev.isthmus.ice.time.Deadline;
import dev.isthmus.ice.time.RandomSource;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One call: the tracks of a WebRTC client's connection on one side, plain RTP sessions on the other, media carried across both ways. Lives on one
 * loop, where the connection's transports live too; its caller feeds it packets of the plain side and time, and owns its sockets.
 */
public final class Call {
    /** A call that has not connected by then, or lost its client for so long, is ended. */
    static final long CONNECT_PATIENCE = TimeUnit.SECONDS.toNanos(30);

    private final CallSetup setup;
    private final CallIo io;
    private final List<TransportMonitor> client = new ArrayList<>();
    private final List<PlainStream> streams = new ArrayList<>();
    private final List<PlainSource> sources = new ArrayList<>();
    private final @Nullable PlainStream[] byPlainPayload = new @Nullable PlainStream[128];
    private final LegStats plainOut = new LegStats();
    private final LegStats plainIn = new LegStats();
    /** What was lost between the legs before the client's could count it. */
    private final LegStats clientOut = new LegStats();
    private final DataStats data = new DataStats();
    private final PlainReports reports;
    private final long startedNanos;
    private long connectBy;
    private boolean ended;

    /** Creates a call without a client. */
    public Call(CallSetup setup, CallIo io, long nowNanos) {
        this.setup = setup;
        this.io = io;
        this.startedNanos = nowNanos;
        this.connectBy = nowNanos + CONNECT_PATIENCE;
        setup.endpoint().sessions().forEach(s -> sources.add(new PlainSource(s)));
        this.reports = new PlainReports(setup, this, nowNanos);
    }

    /** A transport of the client's connection was opened. */
    public void onTransport(TransportMonitor transport) {
        client.add(transport);
    }

    /**
     * Carries a kind of media across.
     *
     * @param kind audio or video
     * @param formats that both sides know, not empty
     * @param sends whether the client's media goes to the endpoint
     * @param receives whether the endpoint's media goes to the client
     */
    public PlainStream carry(String kind, List<PlainStream.Shared> formats, boolean sends, boolean receives) {
        int session = 0;
        for (int i = 0; i < setup.endpoint().sessions().size(); i++) {
            if (setup.endpoint().sessions().get(i).kinds().contains(kind)) {
                session = i;
            }
        }
        PlainStream stream = new PlainStream(this, kind, session, formats, sends, receives);
        streams.add(stream);
        formats.forEach(f -> byPlainPayload[f.plain().payloadType()] = stream);
        return stream;
    }

    RandomSource random() {
        return setup.random();
    }

    /** The client needs a picture that stands by itself. */
    void askPlain(PlainStream stream) {
        reports.askPlain(stream, io.nowNanos());
    }

    /** Sends a packet of ours to the endpoint. */
    boolean toPlain(PlainStream stream, ByteBuffer buffer, int offset, int length, long nowNanos) {
        AddressKey target = sources.get(stream.session).rtpTarget();
        if (target == null) {
            drop(Direction.PLAIN_OUT, GatewayReason.NO_TARGET);
            return false;
        }
        plainOut.packet(stream.video, length, nowNanos);
        setup.counters().count(GatewayReason.CLIENT_TO_PLAIN);
        io.plain(stream.session, false, target, buffer, offset, length);
        return true;
    }

    /** Takes a packet that arrived at the plain port of a session. */
    public void onPlain(int session, Datagram datagram, long nowNanos) {
        PacketKind kind = PacketKind.of(datagram.buffer(), datagram.offset(), datagram.length());
        PlainSource source = sources.get(session);
        if (kind == PacketKind.RTP) {
            onPlainRtp(session, source, datagram, nowNanos);
        } else if (kind != PacketKind.RTCP) {
            drop(Direction.PLAIN_IN, GatewayReason.UNKNOWN_KIND);
        } else if (!source.admitsRtcp(datagram.key())) {
            drop(Direction.PLAIN_IN, GatewayReason.WRONG_SOURCE);
        } else if (!reports.onPacket(datagram.buffer(), datagram.offset(), datagram.length(), nowNanos)) {
            drop(Direction.PLAIN_IN, GatewayReason.RTCP_MALFORMED);
        }
    }

    private void onPlainRtp(int session, PlainSource source, Datagram datagram, long nowNanos) {
        ByteBuffer buffer = datagram.buffer();
        int offset = datagram.offset();
        int length = datagram.length();
        if (RtpHeader.length(buffer, offset, length) < 0) {
            drop(Direction.PLAIN_IN, GatewayReason.RTP_MALFORMED);
            return;
        }
        PlainStream stream = byPlainPayload[RtpHeader.payloadType(buffer, offset)];
        if (stream == null || stream.session != session) {
            drop(Direction.PLAIN_IN, GatewayReason.UNKNOWN_PAYLOAD_TYPE);
            return;
        }
        if (!source.admitsRtp(datagram.key())) {
            drop(Direction.PLAIN_IN, GatewayReason.WRONG_SOURCE);
            return;
        }
        plainIn.packet(stream.video, length, nowNanos);
        setup.counters().count(GatewayReason.PLAIN_TO_CLIENT);
        stream.onPlain(buffer, offset, length, nowNanos);
    }

    /** Sends a compound packet to the plain side. */
    void rtcpToPlain(int session, ByteBuffer buffer, int length) {
        AddressKey to = sources.get(session).rtcpTarget();
        if (to != null) {
            io.plain(session, true, to, buffer, 0, length);
        }
    }

    void drop(Direction direction, GatewayReason reason) {
        switch (direction) {
            case PLAIN_IN -> plainIn.drop(reason);
            case PLAIN_OUT -> plainOut.drop(reason);
            default -> clientOut.drop(reason);
        }
        setup.counters().count(reason);
    }

    /** Expires what is due. */
    public void onTimeout(long nowNanos) {
        reports.onTimeout(nowNanos);
        if (connected()) {
            connectBy = nowNanos + CONNECT_PATIENCE;
        } else if (Deadline.due(connectBy, nowNanos)) {
            setup.counters().count(GatewayReason.CALLS_TIMED_OUT);
            ended = true;
        }
    }

    private boolean connected() {
        return !client.isEmpty() && client.stream()
                .allMatch(t -> t.iceState() == IceState.CONNECTED && t.dtlsState() == RTCDtlsTransportState.CONNECTED);
    }

    /** Returns when {@link #onTimeout} is to be called. */
    public long nextDeadline() {
        return Deadline.nearer(reports.nextDeadline(), connectBy);
    }

    /** Returns whether the call is over and its owner is to close it: the client has said good-bye, or is there no more. */
    public boolean ended() {
        return ended || client.stream().anyMatch(Call::isGone);
    }

    private static boolean isGone(TransportMonitor t) {
        return switch (t.dtlsState()) {
            case CLOSED -> true;
            case CONNECTED -> t.iceState() == IceState.FAILED;
            default -> false;
        };
    }

    /** Says good-bye to the plain side. */
    public void close() {
        ended = true;
        reports.bye();
    }

    /** Returns the transports of the client's connection. */
    public List<TransportMonitor> client() {
        return client;
    }

    /** Returns the endpoint. */
    public Endpoint endpoint() {
        return setup.endpoint();
    }

    /** Returns what its data channels have carried. */
    public DataStats data() {
        return data;
    }

    /** Returns the call's id. */
    public String id() {
        return setup.id();
    }

    /** Returns when the call began. */
    public long startedNanos() {
        return startedNanos;
    }

    /** Returns what crossed the edge in a direction. */
    public LegStats stats(Direction direction) {
        return switch (direction) {
            case PLAIN_IN -> plainIn;
            case PLAIN_OUT -> plainOut;
            case CLIENT_IN -> LegStats.sum(client.stream().map(TransportMonitor::received).toList());
            case CLIENT_OUT -> {
                List<LegStats> all = new ArrayList<>(client.stream().map(TransportMonitor::sent).toList());
                all.add(clientOut);
                yield LegStats.sum(all);
            }
        };
    }

    /** Returns how many packets the kernel dropped before they were read. */
    public long kernelDrops(Direction direction) {
        return io.kernelDrops(direction);
    }

    /** Returns the client's last round trip in milliseconds, or -1. */
    public long clientRoundTripMillis() {
        return client.stream().mapToLong(TransportMonitor::roundTripMillis).max().orElse(-1);
    }

    List<PlainStream> streams() {
        return streams;
    }

    PlainSource source(int session) {
        return sources.get(session);
    }
}
