package dev.isthmus.gateway.bridge;

import dev.isthmus.gateway.GatewayReason;
import dev.isthmus.gateway.peer.ClientTransport;
import dev.isthmus.gateway.rtp.RtpHeader;
import dev.isthmus.gateway.sdp.Negotiation;
import dev.isthmus.gateway.srtp.SrtpContext;
import dev.isthmus.ice.ice.IceState;
import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.Datagram;
import dev.isthmus.ice.net.PacketKind;
import dev.isthmus.ice.time.Deadline;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One call: a WebRTC client on one side, plain RTP sessions on the other, media carried across both ways in place. Lives on one loop; its
 * caller feeds it packets and time and owns its sockets.
 */
public final class Call {
    /** A call that has not connected by then, or lost its client for so long, is ended. */
    static final long CONNECT_PATIENCE = TimeUnit.SECONDS.toNanos(30);

    private final CallSetup setup;
    private final ClientTransport client;
    private final CallIo io;
    private final List<MediaStream> streams = new ArrayList<>();
    private final List<PlainSource> sources = new ArrayList<>();
    private final @Nullable MediaStream[] byClientPayload = new @Nullable MediaStream[128];
    private final @Nullable MediaStream[] byPlainPayload = new @Nullable MediaStream[128];
    private final Map<Direction, LegStats> stats = new EnumMap<>(Direction.class);
    private final LegStats clientIn = new LegStats();
    private final LegStats plainOut = new LegStats();
    private final LegStats plainIn = new LegStats();
    private final LegStats clientOut = new LegStats();
    private final RtcpRelay rtcp;
    private final long startedNanos;
    private long connectBy;
    private boolean ended;
    /** The payload's length of the packet that is being carried across. */
    private int payload;

    /** Creates a call; its transport has its candidates and the client's. */
    public Call(CallSetup setup, ClientTransport client, CallIo io, long nowNanos) {
        this.setup = setup;
        this.client = client;
        this.io = io;
        this.startedNanos = nowNanos;
        this.connectBy = nowNanos + CONNECT_PATIENCE;
        stats.put(Direction.CLIENT_IN, clientIn);
        stats.put(Direction.PLAIN_OUT, plainOut);
        stats.put(Direction.PLAIN_IN, plainIn);
        stats.put(Direction.CLIENT_OUT, clientOut);
        setup.endpoint().sessions().forEach(s -> sources.add(new PlainSource(s)));
        for (Negotiation.Line line : setup.negotiation().lines()) {
            if (line != null) {
                addStream(line);
            }
        }
        this.rtcp = new RtcpRelay(setup, this, nowNanos);
    }

    private void addStream(Negotiation.Line line) {
        int session = 0;
        for (int i = 0; i < setup.endpoint().sessions().size(); i++) {
            if (setup.endpoint().sessions().get(i).kinds().contains(line.kind())) {
                session = i;
            }
        }
        MediaStream stream = new MediaStream(line, session, setup.random());
        streams.add(stream);
        for (Negotiation.Shared codec : line.codecs()) {
            byClientPayload[codec.client().payloadType()] = stream;
            byPlainPayload[codec.plain().payloadType()] = stream;
        }
    }

    /** Takes a DTLS, RTP or RTCP packet of the client from an address that ICE has validated. */
    public void onClient(PacketKind kind, Datagram datagram, long nowNanos) {
        switch (kind) {
            case RTP -> onClientRtp(datagram, nowNanos);
            case RTCP -> onClientRtcp(datagram, nowNanos);
            case DTLS -> client.onDtls(datagram, nowNanos);
            default -> drop(clientIn, GatewayReason.UNKNOWN_KIND);
        }
    }

    private void onClientRtp(Datagram datagram, long nowNanos) {
        SrtpContext inbound = client.inbound();
        if (inbound == null) {
            drop(clientIn, GatewayReason.NO_KEYS_YET);
            return;
        }
        ByteBuffer buffer = datagram.buffer();
        int offset = datagram.offset();
        int length = inbound.unprotectRtp(buffer, offset, datagram.length());
        if (length < 0) {
            drop(clientIn, inbound.reason());
            return;
        }
        MediaStream stream = byClientPayload[RtpHeader.payloadType(buffer, offset)];
        if (stream == null) {
            drop(clientIn, GatewayReason.UNKNOWN_PAYLOAD_TYPE);
            return;
        }
        clientIn.packet(stream.video, length, nowNanos);
        AddressKey target = sources.get(stream.session).rtpTarget();
        int header = rewrite(stream.toPlain, buffer, offset, length, plainOut, nowNanos);
        if (header >= 0 && target == null) {
            drop(plainOut, GatewayReason.NO_TARGET);
        } else if (header >= 0 && target != null) {
            int from = offset + header - RtpHeader.FIXED_LENGTH;
            int size = RtpHeader.FIXED_LENGTH + payload;
            count(plainOut, stream, stream.toPlain, size, GatewayReason.CLIENT_TO_PLAIN, nowNanos);
            io.plain(stream.session, false, target, buffer, from, size);
        }
    }

    /** Puts a fresh header in front of the payload; returns the old header's length, or -1 when the packet is dropped. */
    private int rewrite(MediaStream.Way way, ByteBuffer buffer, int offset, int length, LegStats out, long nowNanos) {
        int header = RtpHeader.length(buffer, offset, length);
        payload = header < 0 ? -1 : RtpHeader.payloadLength(buffer, offset, length, header);
        if (payload < 0) {
            drop(out, GatewayReason.RTP_MALFORMED);
            return -1;
        }
        if (!way.active) {
            drop(out, GatewayReason.DIRECTION_INACTIVE);
            return -1;
        }
        int ssrc = RtpHeader.ssrc(buffer, offset);
        int sequence = RtpHeader.sequence(buffer, offset);
        int timestamp = RtpHeader.timestamp(buffer, offset);
        int incoming = RtpHeader.payloadType(buffer, offset);
        int payloadType = way.payloadType(incoming);
        way.clockRate(incoming);
        if (!way.out.next(ssrc, sequence, timestamp, nowNanos)) {
            drop(out, GatewayReason.SEQUENCE_JUMP);
            return -1;
        }
        way.in.onPacket(ssrc, sequence, timestamp, nowNanos);
        way.started(nowNanos);
        RtpHeader.write(buffer, offset + header - RtpHeader.FIXED_LENGTH, RtpHeader.marker(buffer, offset), payloadType,
                way.out.sequence(), way.out.timestamp(timestamp), way.out.ssrc());
        return header;
    }

    private void count(LegStats out, MediaStream stream, MediaStream.Way way, int size, GatewayReason crossed, long nowNanos) {
        out.packet(stream.video, size, nowNanos);
        setup.counters().count(crossed);
        way.sentPackets++;
        way.sentBytes += payload;
    }

    private void onClientRtcp(Datagram datagram, long nowNanos) {
        SrtpContext inbound = client.inbound();
        if (inbound == null) {
            drop(clientIn, GatewayReason.NO_KEYS_YET);
            return;
        }
        int length = inbound.unprotectRtcp(datagram.buffer(), datagram.offset(), datagram.length());
        if (length < 0) {
            drop(clientIn, inbound.reason());
        } else if (!rtcp.onClient(datagram.buffer(), datagram.offset(), length, nowNanos)) {
            drop(clientIn, GatewayReason.RTCP_MALFORMED);
        }
    }

    /** Takes a packet that arrived at the plain port of a session. */
    public void onPlain(int session, Datagram datagram, long nowNanos) {
        PacketKind kind = PacketKind.of(datagram.buffer(), datagram.offset(), datagram.length());
        PlainSource source = sources.get(session);
        if (kind == PacketKind.RTP) {
            onPlainRtp(session, source, datagram, nowNanos);
        } else if (kind != PacketKind.RTCP) {
            drop(plainIn, GatewayReason.UNKNOWN_KIND);
        } else if (!source.admitsRtcp(datagram.key())) {
            drop(plainIn, GatewayReason.WRONG_SOURCE);
        } else if (!rtcp.onPlain(datagram.buffer(), datagram.offset(), datagram.length(), nowNanos)) {
            drop(plainIn, GatewayReason.RTCP_MALFORMED);
        }
    }

    private void onPlainRtp(int session, PlainSource source, Datagram datagram, long nowNanos) {
        ByteBuffer buffer = datagram.buffer();
        int offset = datagram.offset();
        int length = datagram.length();
        if (RtpHeader.length(buffer, offset, length) < 0) {
            drop(plainIn, GatewayReason.RTP_MALFORMED);
            return;
        }
        MediaStream stream = byPlainPayload[RtpHeader.payloadType(buffer, offset)];
        if (stream == null || stream.session != session) {
            drop(plainIn, GatewayReason.UNKNOWN_PAYLOAD_TYPE);
            return;
        }
        if (!source.admitsRtp(datagram.key())) {
            drop(plainIn, GatewayReason.WRONG_SOURCE);
            return;
        }
        plainIn.packet(stream.video, length, nowNanos);
        AddressKey to = client.selected();
        SrtpContext outbound = client.outbound();
        if (to == null || outbound == null) {
            drop(clientOut, to == null ? GatewayReason.NO_SELECTED_PAIR : GatewayReason.NO_KEYS_YET);
            return;
        }
        int header = rewrite(stream.toClient, buffer, offset, length, clientOut, nowNanos);
        if (header >= 0) {
            protect(stream, to, outbound, buffer, offset + header - RtpHeader.FIXED_LENGTH, nowNanos);
        }
    }

    private void protect(MediaStream stream, AddressKey to, SrtpContext outbound, ByteBuffer buffer, int from, long nowNanos) {
        int size = RtpHeader.FIXED_LENGTH + payload;
        int length = outbound.protectRtp(buffer, from, size);
        if (length < 0) {
            drop(clientOut, outbound.reason());
            return;
        }
        count(clientOut, stream, stream.toClient, size, GatewayReason.PLAIN_TO_CLIENT, nowNanos);
        client.send(to, buffer, from, length);
    }

    /** Sends a compound packet to the client. */
    void rtcpToClient(ByteBuffer buffer, int length) {
        AddressKey to = client.selected();
        SrtpContext outbound = client.outbound();
        if (to != null && outbound != null) {
            int protectedLength = outbound.protectRtcp(buffer, 0, length);
            if (protectedLength > 0) {
                client.send(to, buffer, 0, protectedLength);
            }
        }
    }

    /** Sends a compound packet to the plain side. */
    void rtcpToPlain(int session, ByteBuffer buffer, int length) {
        AddressKey to = sources.get(session).rtcpTarget();
        if (to != null) {
            io.plain(session, true, to, buffer, 0, length);
        }
    }

    private void drop(LegStats leg, GatewayReason reason) {
        leg.drop(reason);
        setup.counters().count(reason);
    }

    /** Expires what is due. */
    public void onTimeout(long nowNanos) {
        client.onTimeout(nowNanos);
        rtcp.onTimeout(nowNanos);
        if (client.connected()) {
            connectBy = nowNanos + CONNECT_PATIENCE;
        } else if (Deadline.due(connectBy, nowNanos)) {
            setup.counters().count(GatewayReason.CALLS_TIMED_OUT);
            ended = true;
        }
        if (client.dtlsState() == ClientTransport.DtlsState.CLOSED) {
            ended = true;
        }
    }

    /** Returns when {@link #onTimeout} is to be called. */
    public long nextDeadline() {
        return Deadline.nearer(Deadline.nearer(client.nextDeadline(), rtcp.nextDeadline()), connectBy);
    }

    /** Returns whether the call is over and its owner is to close it. */
    public boolean ended() {
        return ended || client.dtlsState() == ClientTransport.DtlsState.CLOSED
                || client.ice().state() == IceState.FAILED && client.dtlsState() == ClientTransport.DtlsState.CONNECTED;
    }

    /** Marks the call as over. */
    public void end() {
        ended = true;
    }

    /** Says good-bye on both legs. */
    public void close(long nowNanos) {
        ended = true;
        rtcp.bye();
        client.close(nowNanos);
    }

    /** Returns the client's side. */
    public ClientTransport client() {
        return client;
    }

    /** Returns the endpoint. */
    public Endpoint endpoint() {
        return setup.endpoint();
    }

    /** Returns the call's id. */
    public String id() {
        return setup.id();
    }

    /** Returns the negotiation that made the call. */
    public Negotiation negotiation() {
        return setup.negotiation();
    }

    /** Returns when the call began. */
    public long startedNanos() {
        return startedNanos;
    }

    /** Returns the SSRC of what the client receives, by kind. */
    public Map<String, Integer> clientSsrcs() {
        Map<String, Integer> ssrcs = new LinkedHashMap<>();
        streams.forEach(s -> ssrcs.put(s.kind, s.toClient.out.ssrc()));
        return ssrcs;
    }

    /** Returns what crossed the edge in a direction. */
    public LegStats stats(Direction direction) {
        LegStats found = stats.get(direction);
        if (found == null) {
            throw new IllegalArgumentException(direction.name());
        }
        return found;
    }

    /** Returns how many packets the kernel dropped before they were read. */
    public long kernelDrops(Direction direction) {
        return io.kernelDrops(direction);
    }

    /** Returns the client's last round trip in milliseconds, or -1. */
    public long clientRoundTripMillis() {
        return rtcp.clientRoundTripMillis();
    }

    List<MediaStream> streams() {
        return streams;
    }

    PlainSource source(int session) {
        return sources.get(session);
    }

    int sessions() {
        return sources.size();
    }
}
