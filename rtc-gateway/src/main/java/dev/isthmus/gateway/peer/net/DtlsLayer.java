package dev.isthmus.gateway.peer.net;

import java.util.Objects;
import dev.isthmus.gateway.peer.RTCDtlsTransportState;
import dev.isthmus.gateway.peer.TransportPort.Dtls;
import dev.isthmus.gateway.peer.TransportPort.DtlsOutcome;
import dev.isthmus.gateway.srtp.SecureChannel;
import dev.isthmus.ice.dtls.DtlsEvent;
import dev.isthmus.ice.dtls.DtlsReason;
import dev.isthmus.ice.dtls.SrtpProfile;
import dev.isthmus.ice.dtls.bc.BcDtlsEngine;
import dev.isthmus.ice.ice.CandidatePair;
import dev.isthmus.ice.ice.IceState;
import dev.isthmus.ice.session.net.LiveSession;
import dev.isthmus.ice.turn.client.TurnData;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** DTLS of a transport, over its one component or two: associations, their records, and who is told of them. On the loop. */
final class DtlsLayer {
    static final int RTP = 1;
    static final int RTCP = 2;
    private static final int MOST_EARLY = 8;

    private final PeerLoop owner;
    private final Consumer<DtlsOutcome> listener;
    private final IntConsumer keyed;
    private final Consumer<byte[]> data;
    private final List<@Nullable SecureChannel> channels = new ArrayList<>(Arrays.asList(null, null));
    /** Records that came before it was said who the peer is. */
    private final Deque<byte[]> early = new ArrayDeque<>();
    private @Nullable LiveSession session;
    private @Nullable Dtls present;
    private RTCDtlsTransportState state = RTCDtlsTransportState.NEW;
    private String failure = "";
    private String profile = "";
    private byte @Nullable [] ownCertificate;
    /** What the peer has shown, by component, once that one is connected. */
    private final List<@Nullable List<byte[]>> shown = new ArrayList<>(Arrays.asList(null, null));
    private int components;
    private boolean closed;

    /**
     * Creates it without associations.
     *
     * @param keyed told of each component that has its keys now
     * @param data takes application data of the first component
     */
    DtlsLayer(PeerLoop owner, int components, Consumer<DtlsOutcome> listener, IntConsumer keyed,
            Consumer<byte[]> data) {
        this.owner = owner;
        this.components = components;
        this.listener = listener;
        this.keyed = keyed;
        this.data = data;
    }

    /** What it goes by is there. */
    void over(LiveSession opened) {
        session = opened;
    }

    RTCDtlsTransportState state() {
        return state;
    }

    /** Returns whether there are keys, or may still be. */
    boolean mayConnect() {
        return state != RTCDtlsTransportState.FAILED && state != RTCDtlsTransportState.CLOSED;
    }

    String failure() {
        return failure;
    }

    String profile() {
        return profile;
    }

    /** Returns the certificate that the peer was shown, or null. */
    byte @Nullable [] ownCertificate() {
        return ownCertificate;
    }

    /** Returns the certificates that the peer has shown. */
    List<byte[]> remoteCertificates() {
        return Objects.requireNonNullElse(shown.get(RTP - 1), List.of());
    }

    /** Returns whether this side has sent the ClientHello, or null while nobody has. */
    @Nullable
    Boolean isClient() {
        Dtls dtls = present;
        return dtls == null ? null : dtls.client();
    }

    @Nullable
    SecureChannel channel(int component) {
        return channels.get(component - 1);
    }

    /** Begins associations; those that were there before end. */
    void start(Dtls dtls) {
        for (int component = RTP; component <= components; component++) {
            secure(dtls, component);
        }
        List<byte[]> waiting = List.copyOf(early);
        early.clear();
        waiting.forEach(record -> onRecords(RTP, ByteBuffer.wrap(record), 0, record.length));
    }

    private void secure(Dtls dtls, int component) {
        end(channels.get(component - 1));
        SecureChannel[] made = new SecureChannel[1];
        BcDtlsEngine engine = new BcDtlsEngine(
                new BcDtlsEngine.Setup(dtls.client(), dtls.certificates(), dtls.fingerprints(), List.of(SrtpProfile.values()),
                        () -> peerHost(component)),
                new BcDtlsEngine.Owner(owner.loop()::execute, () -> drain(component, made[0]), owner.workers(), owner.random(),
                        owner.dtlsCounters()));
        SecureChannel channel = new SecureChannel(engine, owner.srtpWork(), event -> onEvent(component, dtls, event));
        made[0] = channel;
        channels.set(component - 1, channel);
        shown.set(component - 1, null);
        if (component == RTP) {
            present = dtls;
            tell(RTCDtlsTransportState.NEW, List.of(), dtls, null);
        }
        startIfConnected();
    }

    private static void end(@Nullable SecureChannel channel) {
        if (channel != null) {
            channel.close();
        }
    }

    private String peerHost(int component) {
        LiveSession open = session;
        CandidatePair pair = open == null ? null : open.session(component).agent().selectedPair();
        return pair == null ? "" : pair.remote().address().host();
    }

    /** Handshakes begin when there is a way to the peer. */
    void startIfConnected() {
        LiveSession open = session;
        if (open == null || open.state() != IceState.CONNECTED) {
            return;
        }
        for (int component = RTP; component <= components; component++) {
            SecureChannel channel = channels.get(component - 1);
            if (channel != null) {
                channel.start(owner.loop().nowNanos());
                connecting(component);
                drain(component, channel);
            }
        }
    }

    /** Sends what waits; there may be a way to the peer now. */
    void drain() {
        drain(RTP, channels.get(RTP - 1));
        drain(RTCP, channels.get(RTCP - 1));
    }

    private void drain(int component, @Nullable SecureChannel channel) {
        LiveSession open = session;
        if (channel == null || closed || open == null || channels.get(component - 1) != channel) {
            return;
        }
        channel.drain();
        ByteBuffer records = owner.scratch();
        for (byte[] record = channel.nextTransmit(); record != null; record = channel.nextTransmit()) {
            if (record.length <= PeerLoop.ROOM) {
                records.put(TurnData.HEADROOM, record);
                if (!open.send(component, records, TurnData.HEADROOM, record.length)) {
                    return; // it waits for a pair
                }
            }
            channel.sent();
        }
    }

    private void connecting(int component) {
        Dtls dtls = present;
        if (component == RTP && dtls != null && state == RTCDtlsTransportState.NEW) {
            tell(RTCDtlsTransportState.CONNECTING, List.of(), dtls, null);
        }
    }

    /** One transport for the application: it is connected when all components are, and ends with any of them. */
    private void onEvent(int component, Dtls dtls, DtlsEvent event) {
        switch (event) {
            case DtlsEvent.Connected(var keys, byte[] own, List<byte[]> certificates) -> {
                shown.set(component - 1, certificates);
                if (component == RTP) {
                    ownCertificate = own;
                    profile = keys.profile().name().toLowerCase(Locale.ROOT);
                }
                keyed.accept(component);
                tellIfConnected(dtls);
            }
            case DtlsEvent.Failed failed -> tell(RTCDtlsTransportState.FAILED, List.of(), dtls, failed);
            case DtlsEvent.Closed() -> tell(RTCDtlsTransportState.CLOSED, List.of(), dtls, null);
            case DtlsEvent.Data(byte[] bytes) -> {
                if (component == RTP) {
                    data.accept(bytes);
                }
            }
            default -> {
                // an association without media keys is none of ours
            }
        }
    }

    private void tellIfConnected(Dtls dtls) {
        List<byte[]> certificates = shown.get(RTP - 1);
        boolean all = components == RTP || shown.get(RTCP - 1) != null;
        if (certificates != null && all && state != RTCDtlsTransportState.CONNECTED && mayConnect()) {
            tell(RTCDtlsTransportState.CONNECTED, certificates, dtls, null);
        }
    }

    private void tell(RTCDtlsTransportState now, List<byte[]> certificates, Dtls dtls, DtlsEvent.@Nullable Failed failed) {
        state = now;
        failure = failed == null ? "" : failed.why();
        boolean fingerprint = failed != null && failed.refusal() == DtlsReason.WRONG_FINGERPRINT;
        listener.accept(new DtlsOutcome(now, certificates, dtls.client(), failed == null ? -1 : failed.received(),
                failed == null ? -1 : failed.sent(), fingerprint, failure));
    }

    /** Sends application data by the first component. */
    void sendData(ByteBuffer buffer, int offset, int length) {
        SecureChannel channel = channels.get(RTP - 1);
        if (channel != null) {
            channel.sendData(buffer, offset, length);
            drain(RTP, channel);
        }
    }

    /** Takes a datagram of records. */
    void onRecords(int component, ByteBuffer buffer, int offset, int length) {
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

    /** RTCP has no component of its own any more. */
    void multiplex() {
        components = RTP;
        end(channels.set(RTCP - 1, null));
        Dtls dtls = present;
        if (dtls != null) {
            tellIfConnected(dtls);
        }
    }

    /** Ends the associations; the peer is told. */
    void close() {
        for (int component = RTP; component <= RTCP; component++) {
            SecureChannel channel = channels.get(component - 1);
            end(channel);
            drain(component, channel);
        }
        closed = true;
    }
}
