package dev.isthmus.gateway.peer;

import dev.isthmus.gateway.media.MediaPlan;
import dev.isthmus.gateway.sctp.SctpEvent;
import dev.isthmus.gateway.sdp.MediaSection;
import dev.isthmus.ice.dtls.Fingerprint;
import dev.isthmus.ice.ice.IceCredentials;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A transport of a connection: what was said of it, what applications see of it, and the way to its event loop. */
final class Transport {
    final RTCDtlsTransport dtls = new RTCDtlsTransport();
    final RTCIceTransport ice = dtls.getIceTransport();
    private static final int MOST_WAITING = 256;
    /** Of so many, those that are over included, it can be asked what they have counted. */
    private static final int MOST_OPENED = 16;
    private final PeerState state;
    private final TransportEvents events;
    private @Nullable TransportPort port;
    /** Ours in the last description of ours that was applied, and when all was stable. */
    IceCredentials local;
    IceCredentials stableLocal;
    /** The peer's, as soon as an answer was applied. */
    @Nullable
    IceCredentials remote;
    /** Whether this side is the client of DTLS, as soon as that is decided. */
    @Nullable
    Boolean client;
    private boolean remoteLite;
    private int remotePacing;
    private final List<String> remoteCandidates = new ArrayList<>();
    /** Candidates of the peer that came before there was anything to take them; an empty line ends their generation. */
    /** More are not checked anyway. */
    static final int MOST_REMOTE = 100;
    private final List<Waiting> waiting = new ArrayList<>();

    private record Waiting(String line, String ufrag) {}

    private List<Fingerprint> fingerprints = List.of();
    private String remoteTlsId = "";
    String tlsId;
    /** Our candidates of the present generation, and whether there will be more. */
    final List<String> candidates = new ArrayList<>();
    boolean gathered;
    /** Whether RTCP may be shorter than a compound packet. */
    boolean reducedSize;
    private final int components;
    /** Which one of the connection's it is. */
    final int number;
    private @Nullable Ears ears;
    /** The peer's credentials when all was stable. */
    @Nullable
    IceCredentials stableRemote;
    private boolean muxed;

    Transport(PeerState state, TransportEvents events, int components) {
        this.state = state;
        this.events = events;
        this.components = components;
        this.local = IceCredentials.random(state.host.random());
        this.stableLocal = local;
        this.tlsId = state.host.random().token(32);
        this.number = state.transportsMade++;
    }

    boolean isOpen() {
        return port != null;
    }

    /** Begins to gather, unless it has begun. */
    void gather() {
        if (port == null) {
            RTCIceRole role = ice.role;
            TransportPort.Setup setup = new TransportPort.Setup(local, role == RTCIceRole.CONTROLLING, state.configuration, components,
                    state.cname);
            ice.local = local;
            Ears listening = new Ears();
            ears = listening;
            state.open.add(this);
            if (state.opened.size() >= MOST_OPENED) {
                state.opened.stream().filter(t -> !state.open.contains(t)).findFirst().ifPresent(state.opened::remove);
            }
            state.opened.add(this);
            port = state.host.open(setup, state.queue, listening);
            port.gather();
        }
    }

    /** Decides who selects the pair, the first time it is asked. */
    void role(boolean controlling) {
        if (ice.role == RTCIceRole.UNKNOWN) {
            ice.role = controlling ? RTCIceRole.CONTROLLING : RTCIceRole.CONTROLLED;
        }
    }

    /** Takes other credentials of ours: another generation begins. */
    void use(IceCredentials fresh) {
        TransportPort open = port;
        if (!fresh.equals(local)) {
            local = fresh;
            ice.local = fresh;
            candidates.clear();
            ice.localCandidates.clear();
            gathered = false;
            if (open != null) {
                open.restart(fresh, state.configuration);
            }
        }
    }

    /** An exchange was taken back: the generation of ICE from before it is in force again. */
    void resume() {
        IceCredentials theirs = remote;
        TransportPort open = port;
        if (!local.equals(stableLocal)) {
            use(stableLocal);
            if (open != null && theirs != null) {
                open.setRemote(new TransportPort.RemoteIce(theirs, remoteLite, remotePacing));
                remoteCandidates.forEach(c -> open.addCandidate(c, theirs.ufrag()));
            }
        }
    }

    /** Takes what the peer has said in a description that is now in force. */
    void negotiated(MediaSection.Transport theirs) {
        TransportPort open = port;
        IceCredentials credentials = theirs.credentials();
        if (open == null || credentials == null) {
            return;
        }
        if (!credentials.equals(remote)) {
            remote = credentials;
            ice.remote = credentials;
            ice.remoteCandidates.clear();
            remoteLite = theirs.lite();
            remotePacing = theirs.pacing();
            remoteCandidates.clear();
            open.setRemote(new TransportPort.RemoteIce(credentials, remoteLite, remotePacing));
        }
        theirs.candidates().forEach(c -> addCandidate(c, credentials.ufrag()));
        List<Waiting> early = List.copyOf(waiting);
        waiting.clear();
        for (Waiting each : early) {
            if (each.line.isEmpty()) {
                open.endOfCandidates(each.ufrag);
            } else {
                addCandidate(each.line, each.ufrag);
            }
        }
        if (theirs.endOfCandidates() || !theirs.options().contains("trickle")) {
            open.endOfCandidates(credentials.ufrag());
        }
        if (components == 2 && !muxed && theirs.rtcpMux()) {
            muxed = true;
            open.multiplex();
        }
    }

    /** Begins DTLS, or goes on with what there is when the peer is the same. */
    void secure(boolean asClient, MediaSection.Transport theirs) {
        TransportPort open = port;
        boolean same = client != null && !wouldBeginAnew(theirs);
        if (open != null && !same) {
            client = asClient;
            fingerprints = theirs.fingerprints();
            remoteTlsId = theirs.tlsId();
            open.startDtls(
                    new TransportPort.Dtls(asClient, state.certificates.stream().map(RTCCertificate::unwrap).toList(), fingerprints));
        }
    }

    /** Returns whether DTLS would begin anew with what the peer says. */
    boolean wouldBeginAnew(MediaSection.Transport theirs) {
        return client != null
                && (!fingerprints.equals(theirs.fingerprints()) || !remoteTlsId.isEmpty() && !remoteTlsId.equals(theirs.tlsId()));
    }

    boolean hasRtcpPort() {
        return components == 2 && !muxed;
    }

    void addCandidate(String line, String ufrag) {
        IceCredentials present = remote;
        if (present != null && (ufrag.isEmpty() || present.ufrag().equals(ufrag))) {
            if (remoteCandidates.size() >= MOST_REMOTE || remoteCandidates.contains(line)) {
                return;
            }
            remoteCandidates.add(line);
            ice.remoteCandidates.add(new RTCIceCandidate(line, null, null, present.ufrag()));
        }
        if (port == null) {
            keep(line, ufrag);
        } else {
            port.addCandidate(line, ufrag);
        }
    }

    private void keep(String line, String ufrag) {
        if (waiting.size() < MOST_WAITING) {
            waiting.add(new Waiting(line, ufrag));
        }
    }

    void endOfCandidates(String ufrag) {
        if (port == null) {
            keep("", ufrag);
        } else {
            port.endOfCandidates(ufrag);
        }
    }

    void configure(MediaPlan plan) {
        if (port != null) {
            port.configure(plan);
        }
    }

    /** Does something by the association of the data channels, if there is a port. */
    void data(Consumer<DataPort> action) {
        TransportPort open = port;
        if (open != null) {
            action.accept(open.data());
        }
    }

    /** Returns the way to its event loop, or null as long as it has none; with the lock held. */
    @Nullable
    TransportPort port() {
        return port;
    }

    /** All is stable: this is what can be gone back to. */
    void stable() {
        stableLocal = local;
        stableRemote = remote;
    }

    /** Closes what was opened; nothing is heard of that any more. */
    private void shut() {
        TransportPort open = port;
        Ears listening = ears;
        if (open != null) {
            open.close();
        }
        if (listening != null) {
            listening.deaf = true;
        }
        state.open.remove(this);
    }

    /** The offer that has opened it was taken back, and may yet be made again. */
    void reset() {
        shut();
        state.opened.remove(this);
        port = null;
        candidates.clear();
        ice.localCandidates.clear();
        gathered = false;
        ice.gatheringState = RTCIceGathererState.NEW;
    }

    /** Ends it; with events, unless the connection ends with it. */
    void close(boolean silently) {
        shut();
        if (silently) {
            dtls.state = RTCDtlsTransportState.CLOSED;
            ice.state = RTCIceTransportState.CLOSED;
        } else {
            if (dtls.state != RTCDtlsTransportState.CONNECTED) {
                state.opened.remove(this); // it has carried nothing that anybody would ask for
            }
            state.queue.post(() -> events.closed(this));
        }
    }

    /** Hears of a port as long as that is the transport's. */
    private final class Ears implements TransportPort.Listener {
        private boolean deaf;

        @Override
        public void onCandidate(String ufrag, String line, @Nullable String url) {
            if (!deaf) {
                events.candidate(Transport.this, ufrag, line, url);
            }
        }

        @Override
        public void onGathered(String ufrag) {
            if (!deaf) {
                events.gathered(Transport.this, ufrag);
            }
        }

        @Override
        public void onGatheringError(RTCPeerConnectionIceErrorEvent error) {
            if (!deaf) {
                events.error(error);
            }
        }

        @Override
        public void onIce(TransportPort.@Nullable SelectedPair pair, RTCIceTransportState now, boolean controlling) {
            if (!deaf) {
                ice.role = controlling ? RTCIceRole.CONTROLLING : RTCIceRole.CONTROLLED; // after a conflict it is another one
                events.iceChanged(Transport.this, pair, now);
            }
        }

        @Override
        public void onDtls(TransportPort.DtlsOutcome outcome) {
            if (!deaf) {
                events.dtlsChanged(Transport.this, outcome);
            }
        }

        @Override
        public void onMedia(String mid) {
            if (!deaf) {
                events.media(mid, true);
            }
        }

        @Override
        public void onSctp(List<SctpEvent> news) {
            if (!deaf) {
                state.data.take(Transport.this, news);
            }
        }

        @Override
        public void onSilence(String mid) {
            if (!deaf) {
                events.media(mid, false);
            }
        }
    }
}
