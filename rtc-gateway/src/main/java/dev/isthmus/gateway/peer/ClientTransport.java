package dev.isthmus.gateway.peer;

import dev.isthmus.gateway.srtp.SrtpContext;
import dev.isthmus.ice.dtls.DtlsEngine;
import dev.isthmus.ice.dtls.DtlsEvent;
import dev.isthmus.ice.dtls.SrtpKeys;
import dev.isthmus.ice.dtls.SrtpProfile;
import dev.isthmus.ice.ice.CandidatePair;
import dev.isthmus.ice.ice.IceAgent;
import dev.isthmus.ice.ice.IceEvent;
import dev.isthmus.ice.ice.IceReason;
import dev.isthmus.ice.ice.IceState;
import dev.isthmus.ice.ice.IceTransmit;
import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.Datagram;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.stun.StunMessage;
import dev.isthmus.ice.time.Deadline;
import java.nio.ByteBuffer;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The bundled transport of one WebRTC peer: ICE, then DTLS over the selected pair, then SRTP with the keys that DTLS gave. A state machine on
 * the session's loop; what it sends leaves through its {@link Output}.
 */
public final class ClientTransport {
    /** Where the transport's packets leave. */
    public interface Output {
        /** Sends a packet that is no media: a check, a DTLS record. */
        void control(AddressKey to, ByteBuffer buffer, int offset, int length);

        /** Sends media on the selected pair; the key is the same object until the pair changes. */
        void media(AddressKey to, ByteBuffer buffer, int offset, int length);
    }

    /** The state of the DTLS association. */
    public enum DtlsState {
        NEW,
        CONNECTING,
        CONNECTED,
        CLOSED,
        FAILED
    }

    private final IceAgent ice;
    private final DtlsEngine dtls;
    private final Output output;
    private DtlsState dtlsState = DtlsState.NEW;
    private String dtlsFailure = "";
    private @Nullable AddressKey selected;
    private @Nullable SrtpContext inbound;
    private @Nullable SrtpContext outbound;
    private @Nullable SrtpProfile profile;

    /** Creates a transport from an agent and an engine that nobody else uses. */
    public ClientTransport(IceAgent ice, DtlsEngine dtls, Output output) {
        this.ice = ice;
        this.dtls = dtls;
        this.output = output;
    }

    /** Takes a STUN message; the result says whether its sender is authenticated now. */
    public IceReason onStun(StunMessage message, TransportAddress at, TransportAddress from, long nowNanos) {
        IceReason reason = ice.onPacket(message, at, from, nowNanos);
        drain(nowNanos);
        return reason;
    }

    /** Takes DTLS records from an address that ICE has validated. */
    public void onDtls(Datagram datagram, long nowNanos) {
        if (dtlsState == DtlsState.NEW) {
            dtlsState = DtlsState.CONNECTING;
        }
        dtls.onPacket(datagram.buffer(), datagram.offset(), datagram.length(), nowNanos);
        drain(nowNanos);
    }

    /** Expires what is due. */
    public void onTimeout(long nowNanos) {
        ice.onTimeout(nowNanos);
        dtls.onTimeout(nowNanos);
        drain(nowNanos);
    }

    /** Returns when {@link #onTimeout} is to be called. */
    public long nextDeadline() {
        return Deadline.nearer(ice.nextDeadline(), dtls.nextDeadline());
    }

    /** Sends what agent and engine have ready, and follows their events. */
    public void drain(long nowNanos) {
        for (IceEvent event = ice.pollEvent(); event != null; event = ice.pollEvent()) {
            onIce(event, nowNanos);
        }
        for (IceTransmit t = ice.pollTransmit(); t != null; t = ice.pollTransmit()) {
            output.control(AddressKey.of(t.local(), t.remote()), ByteBuffer.wrap(t.bytes()), 0, t.bytes().length);
        }
        for (DtlsEvent event = dtls.pollEvent(); event != null; event = dtls.pollEvent()) {
            onDtls(event);
        }
        AddressKey to = dtlsTarget();
        for (byte[] record = dtls.pollTransmit(); record != null; record = dtls.pollTransmit()) {
            if (to != null) {
                output.control(to, ByteBuffer.wrap(record), 0, record.length);
            }
        }
    }

    /** The selected pair, or a valid one while the peer has not nominated yet: its first flight may come before its nomination. */
    private @Nullable AddressKey dtlsTarget() {
        if (selected != null) {
            return selected;
        }
        for (CandidatePair pair : ice.pairs()) {
            if (pair.state() == CandidatePair.State.SUCCEEDED) {
                return key(pair);
            }
        }
        return null;
    }

    private static AddressKey key(CandidatePair pair) {
        return AddressKey.of(pair.local().base(), pair.remote().address());
    }

    private void onIce(IceEvent event, long nowNanos) {
        if (event instanceof IceEvent.PairSelected(CandidatePair pair)) {
            selected = key(pair);
        } else if (event instanceof IceEvent.StateChanged(IceState state)) {
            if (state == IceState.CONNECTED && (dtlsState == DtlsState.NEW || dtlsState == DtlsState.CONNECTING)) {
                dtlsState = DtlsState.CONNECTING;
                dtls.start(nowNanos); // does nothing once it has begun
            } else if (ice.selectedPair() == null) {
                selected = null; // nothing is sent without consent
            }
        }
    }

    private void onDtls(DtlsEvent event) {
        switch (event) {
            case DtlsEvent.Connected(SrtpKeys keys, var certificates) -> {
                inbound = SrtpContext.inbound(keys);
                outbound = SrtpContext.outbound(keys);
                profile = keys.profile();
                dtlsState = DtlsState.CONNECTED;
            }
            case DtlsEvent.Failed(String why, var refusal, int alert) -> {
                dtlsFailure = why;
                dtlsState = DtlsState.FAILED;
            }
            case DtlsEvent.Closed() -> dtlsState = DtlsState.CLOSED;
            case DtlsEvent.Open() -> throw new IllegalStateException("an association without media keys");
            case DtlsEvent.Data(byte[] ignored) -> {
                // nobody here takes application data yet
            }
        }
    }

    /** Returns the context of what comes in, or null before the handshake is done. */
    public @Nullable SrtpContext inbound() {
        return inbound;
    }

    /** Returns the context of what goes out, or null before the handshake is done or after the association has ended. */
    public @Nullable SrtpContext outbound() {
        return dtlsState == DtlsState.CONNECTED ? outbound : null;
    }

    /** Returns the selected pair's addresses, or null. */
    public @Nullable AddressKey selected() {
        return selected;
    }

    /** Sends protected media. */
    public void send(AddressKey to, ByteBuffer buffer, int offset, int length) {
        output.media(to, buffer, offset, length);
    }

    /** Returns the agent. */
    public IceAgent ice() {
        return ice;
    }

    /** Returns the state of DTLS. */
    public DtlsState dtlsState() {
        return dtlsState;
    }

    /** Returns why DTLS failed, or an empty text. */
    public String dtlsFailure() {
        return dtlsFailure;
    }

    /** Returns the name of the SRTP profile, or an empty text before there is one. */
    public String profile() {
        SrtpProfile p = profile;
        return p == null ? "" : p.name().toLowerCase(Locale.ROOT);
    }

    /** Returns whether media can flow. */
    public boolean connected() {
        return dtlsState == DtlsState.CONNECTED && selected != null;
    }

    /** Says good-bye to the peer and ends. */
    public void close(long nowNanos) {
        dtls.close();
        drain(nowNanos);
        dtlsState = DtlsState.CLOSED;
    }
}
