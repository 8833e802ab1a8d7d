package dev.isthmus.gateway.peer;

import dev.isthmus.gateway.sdp.MediaSection;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What transports tell, as states and events of the connection (webrtc-pc, sections 4.4.1.3, 5.5 and 5.6). Everything here runs on the
 * connection's queue; states change under the lock, listeners are told without it.
 */
final class TransportEvents {
    private final PeerState state;
    private final EventTarget connection;
    private volatile RTCIceConnectionState iceConnectionState = RTCIceConnectionState.NEW;
    private volatile RTCIceGatheringState gatheringState = RTCIceGatheringState.NEW;
    private volatile RTCPeerConnectionState connectionState = RTCPeerConnectionState.NEW;

    TransportEvents(PeerState state, EventTarget connection) {
        this.state = state;
        this.connection = connection;
    }

    RTCIceConnectionState iceConnectionState() {
        return iceConnectionState;
    }

    RTCIceGatheringState gatheringState() {
        return gatheringState;
    }

    RTCPeerConnectionState connectionState() {
        return connectionState;
    }

    /** The connection is closed; no event tells of that. */
    void close() {
        iceConnectionState = RTCIceConnectionState.CLOSED;
        connectionState = RTCPeerConnectionState.CLOSED;
    }

    /** These are going to gather; it is queued before anything that they find. */
    void beganToGather(List<Transport> transports) {
        if (!transports.isEmpty()) {
            state.queue.post(() -> {
                if (!state.closed) {
                    transports.forEach(t -> t.ice.gatheringState = RTCIceGathererState.GATHERING);
                    transports.forEach(t -> t.ice.dispatchEvent(new Event("gatheringstatechange")));
                    updateGathering();
                }
            });
        }
    }

    private void updateGathering() {
        RTCIceGatheringState now;
        synchronized (state.lock) {
            if (state.closed) {
                return; // a handler of what came before has closed it
            }
            now = gathering(state.transports());
        }
        if (now != gatheringState) {
            gatheringState = now;
            connection.dispatchEvent(new Event("icegatheringstatechange"));
            if (now == RTCIceGatheringState.COMPLETE && !state.closed) {
                connection.dispatchEvent(new RTCPeerConnectionIceEvent(null, null));
            }
        }
    }

    private static RTCIceGatheringState gathering(List<Transport> transports) {
        if (transports.stream().anyMatch(t -> t.ice.gatheringState == RTCIceGathererState.GATHERING)) {
            return RTCIceGatheringState.GATHERING;
        }
        boolean complete = !transports.isEmpty() && transports.stream().allMatch(t -> t.ice.gatheringState == RTCIceGathererState.COMPLETE);
        return complete ? RTCIceGatheringState.COMPLETE : RTCIceGatheringState.NEW;
    }

    void candidate(Transport transport, String ufrag, String line, @Nullable String url) {
        RTCIceCandidate told;
        synchronized (state.lock) {
            if (state.closed || !ufrag.equals(transport.local.ufrag())) {
                return; // of a generation that was taken back
            }
            transport.candidates.add(line);
            told = inDescriptions(ufrag, line, false);
            transport.ice.localCandidates.add(told);
        }
        connection.dispatchEvent(new RTCPeerConnectionIceEvent(told, url));
    }

    void gathered(Transport transport, String ufrag) {
        RTCIceCandidate told;
        synchronized (state.lock) {
            if (state.closed || !ufrag.equals(transport.local.ufrag())) {
                return;
            }
            transport.gathered = true;
            told = inDescriptions(ufrag, "", true);
        }
        connection.dispatchEvent(new RTCPeerConnectionIceEvent(told, null));
        if (transport.ice.gatheringState != RTCIceGathererState.COMPLETE) {
            transport.ice.gatheringState = RTCIceGathererState.COMPLETE;
            transport.ice.dispatchEvent(new Event("gatheringstatechange"));
        }
        updateGathering();
    }

    /** Adds a candidate, or their end, to the local descriptions of its generation. */
    private RTCIceCandidate inDescriptions(String ufrag, String line, boolean end) {
        String mid = null;
        Integer index = null;
        for (AppliedDescription each : new @Nullable AppliedDescription[]{state.pendingLocal, state.currentLocal}) {
            int at = each == null ? -1 : each.ofGeneration(ufrag);
            if (each != null && at >= 0) {
                MediaSection section = each.sections.get(at);
                mid = mid == null && !section.mid().isEmpty() ? section.mid() : mid;
                index = index == null ? at : index;
                if (end) {
                    each.endCandidates(at);
                } else {
                    each.addCandidate(at, line);
                }
            }
        }
        return new RTCIceCandidate(line, mid, index, ufrag);
    }

    void error(RTCPeerConnectionIceErrorEvent error) {
        if (!state.closed) {
            connection.dispatchEvent(error);
        }
    }

    void iceChanged(Transport transport, TransportPort.@Nullable SelectedPair pair, RTCIceTransportState now) {
        RTCIceTransport ice = transport.ice;
        boolean changed;
        boolean[] aggregated;
        synchronized (state.lock) {
            if (state.closed) {
                return;
            }
            changed = now != ice.state;
            ice.state = now;
            if (pair != null) {
                ice.selectedPair = new RTCIceTransport.RTCIceCandidatePair(new RTCIceCandidate(pair.local(), null, null, null),
                        new RTCIceCandidate(pair.remote(), null, null, null));
            }
            aggregated = derive();
        }
        if (pair != null) {
            ice.dispatchEvent(new Event("selectedcandidatepairchange"));
        }
        if (changed) {
            ice.dispatchEvent(new Event("statechange"));
        }
        tell(aggregated);
    }

    void dtlsChanged(Transport transport, TransportPort.DtlsOutcome outcome) {
        RTCDtlsTransport dtls = transport.dtls;
        boolean[] aggregated;
        synchronized (state.lock) {
            if (state.closed || outcome.state() == dtls.state) {
                return;
            }
            dtls.state = outcome.state();
            if (outcome.state() == RTCDtlsTransportState.CONNECTED) {
                dtls.remoteCertificates = outcome.remoteCertificates();
            }
            aggregated = derive();
            state.transceivers.forEach(t -> t.sender.isolate());
        }
        if (outcome.state() == RTCDtlsTransportState.FAILED) {
            RTCErrorDetailType detail = outcome.wrongFingerprint()
                    ? RTCErrorDetailType.FINGERPRINT_FAILURE
                    : RTCErrorDetailType.DTLS_FAILURE;
            dtls.dispatchEvent(new RTCErrorEvent(RTCError.dtls(detail, outcome.receivedAlert(), outcome.sentAlert(), outcome.why())));
        }
        dtls.dispatchEvent(new Event("statechange"));
        if (outcome.state() == RTCDtlsTransportState.FAILED || outcome.state() == RTCDtlsTransportState.CLOSED) {
            state.data.transportEnded(transport);
        }
        tell(aggregated);
    }

    /** A transport has ended that no media needs any more. */
    void closed(Transport transport) {
        if (!state.closed && transport.dtls.state != RTCDtlsTransportState.CLOSED) {
            transport.dtls.state = RTCDtlsTransportState.CLOSED;
            transport.ice.state = RTCIceTransportState.CLOSED;
            transport.ice.selectedPair = null;
            transport.ice.dispatchEvent(new Event("statechange"));
            transport.dtls.dispatchEvent(new Event("statechange"));
            refresh();
        }
    }

    /** The transports are others now. */
    void refresh() {
        boolean[] aggregated;
        synchronized (state.lock) {
            if (state.closed) {
                return;
            }
            aggregated = derive();
        }
        tell(aggregated);
        updateGathering();
    }

    /** Media comes of that media description, or does not any more. */
    void media(String mid, boolean comes) {
        RTCRtpTransceiver transceiver;
        synchronized (state.lock) {
            transceiver = state.closed ? null : state.withMid(mid);
        }
        if (transceiver != null && !transceiver.stopping && transceiver.receptive) {
            transceiver.receiver.getTrack().mute(!comes);
        }
    }

    /** Sets the aggregated states anew and returns which of them have changed; with the lock held. */
    private boolean[] derive() {
        List<Transport> transports = state.transports();
        RTCIceConnectionState ice = ice(transports);
        RTCPeerConnectionState all = all(transports, ice);
        boolean[] changed = {ice != iceConnectionState, all != connectionState};
        iceConnectionState = ice;
        connectionState = all;
        return changed;
    }

    private void tell(boolean[] changed) {
        if (changed[0]) {
            connection.dispatchEvent(new Event("iceconnectionstatechange"));
        }
        if (changed[1]) {
            connection.dispatchEvent(new Event("connectionstatechange"));
        }
    }

    private static boolean allIce(List<Transport> of, Predicate<RTCIceTransportState> is) {
        return of.stream().allMatch(t -> is.test(t.ice.state));
    }

    private static RTCIceConnectionState ice(List<Transport> of) {
        if (of.stream().anyMatch(t -> t.ice.state == RTCIceTransportState.FAILED)) {
            return RTCIceConnectionState.FAILED;
        }
        if (of.stream().anyMatch(t -> t.ice.state == RTCIceTransportState.DISCONNECTED)) {
            return RTCIceConnectionState.DISCONNECTED;
        }
        if (allIce(of, s -> s == RTCIceTransportState.NEW || s == RTCIceTransportState.CLOSED)) {
            return RTCIceConnectionState.NEW;
        }
        if (!allIce(of, s -> s != RTCIceTransportState.NEW && s != RTCIceTransportState.CHECKING)) {
            return RTCIceConnectionState.CHECKING;
        }
        return allIce(of, s -> s == RTCIceTransportState.COMPLETED || s == RTCIceTransportState.CLOSED)
                ? RTCIceConnectionState.COMPLETED
                : RTCIceConnectionState.CONNECTED;
    }

    private static RTCPeerConnectionState all(List<Transport> of, RTCIceConnectionState ice) {
        if (ice == RTCIceConnectionState.FAILED || of.stream().anyMatch(t -> t.dtls.state == RTCDtlsTransportState.FAILED)) {
            return RTCPeerConnectionState.FAILED;
        }
        if (ice == RTCIceConnectionState.DISCONNECTED) {
            return RTCPeerConnectionState.DISCONNECTED;
        }
        boolean idle = of.stream().allMatch(t -> t.dtls.state == RTCDtlsTransportState.NEW || t.dtls.state == RTCDtlsTransportState.CLOSED);
        if (of.isEmpty() || ice == RTCIceConnectionState.NEW && idle) {
            return RTCPeerConnectionState.NEW;
        }
        boolean secure = of.stream()
                .allMatch(t -> t.dtls.state == RTCDtlsTransportState.CONNECTED || t.dtls.state == RTCDtlsTransportState.CLOSED);
        boolean usable = ice == RTCIceConnectionState.CONNECTED || ice == RTCIceConnectionState.COMPLETED;
        return usable && secure ? RTCPeerConnectionState.CONNECTED : RTCPeerConnectionState.CONNECTING;
    }
}
