package dev.isthmus.gateway.peer;

import dev.isthmus.gateway.peer.stats.RTCStatsReport;
import dev.isthmus.gateway.peer.net.PeerNetwork;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A connection with a peer (webrtc-pc, section 4.4). Its methods may be called from any thread. What happens is told on one ordered queue: a state
 * change, its events and the completion that it causes are one task there, so that a listener sees the new state. A future must not be waited for
 * on that queue; one that has not completed when the connection is closed never does.
 */
public final class RTCPeerConnection extends IdentifiedConnection implements AutoCloseable {
    private final TransportEvents events;
    private final OperationsChain chain;
    private final Negotiator negotiator;
    private final Configurations configurations;
    private final Tracks tracks;
    private boolean negotiationNeeded;
    private boolean updateOnEmptyChain;

    /** Creates a connection with the default configuration on the shared network. */
    public RTCPeerConnection() {
        this(RTCConfiguration.DEFAULT);
    }

    /**
     * Creates a connection on the network that all share who name none.
     *
     * @throws WebRtcException as {@link #RTCPeerConnection(RTCConfiguration, PeerHost)} does
     */
    public RTCPeerConnection(RTCConfiguration configuration) {
        this(configuration, PeerNetwork.shared());
    }

    /**
     * Creates a connection.
     *
     * @throws WebRtcException {@code InvalidAccessError} for a certificate that has expired or a TURN server without credentials,
     *     {@code SyntaxError} for a malformed URL, {@code TypeError} for a pool that is not 0 to 255
     */
    public RTCPeerConnection(RTCConfiguration configuration, PeerHost host) {
        super(host);
        this.events = new TransportEvents(state, this);
        this.chain = new OperationsChain(state, this::onEmptyChain);
        this.tracks = new Tracks(this, state);
        this.configurations = new Configurations(state);
        configurations.begin(configuration);
        validator.target(configuration.peerIdentity());
        this.negotiator = new Negotiator(this, state, events);
    }

    /**
     * Makes a certificate (section 4.9).
     *
     * @param keygenAlgorithm {@code ECDSA} with the curve P-256, or {@code RSASSA-PKCS1-v1_5} with 2048 bits; others complete with
     *     {@code NotSupportedError}
     */
    public static CompletableFuture<RTCCertificate> generateCertificate(String keygenAlgorithm) {
        return generateCertificate(keygenAlgorithm, Configurations.CERTIFICATE_LIFETIME_MILLIS, PeerNetwork.shared());
    }

    /**
     * Makes a certificate (section 4.9).
     *
     * @param expiresMillis how long it is valid; at most a year
     */
    public static CompletableFuture<RTCCertificate> generateCertificate(String keygenAlgorithm, long expiresMillis, PeerHost host) {
        return Configurations.generate(keygenAlgorithm, expiresMillis, host);
    }

    /** Makes an offer of all there is. Completes with {@code InvalidStateError} while it is not this side's turn. */
    public CompletableFuture<RTCSessionDescription> createOffer() {
        return createOffer(RTCOfferOptions.NONE);
    }

    /** Makes an offer. Completes with {@code InvalidStateError} while it is not this side's turn. */
    public CompletableFuture<RTCSessionDescription> createOffer(RTCOfferOptions options) {
        synchronized (state.lock) {
            if (!state.closed) {
                negotiator.offerToReceive("audio", options.offerToReceiveAudio());
                negotiator.offerToReceive("video", options.offerToReceiveVideo());
            }
        }
        return chain.chain(() -> negotiator.createOffer(options.iceRestart()));
    }

    /** Makes an answer to the offer that was set. Completes with {@code InvalidStateError} when there is none. */
    public CompletableFuture<RTCSessionDescription> createAnswer() {
        return chain.chain(negotiator::createAnswer);
    }

    /** Makes and sets the description that is due: an offer, or the answer to the offer that was set. */
    public CompletableFuture<Void> setLocalDescription() {
        return chain.chain(() -> negotiator.setLocal(null, ""));
    }

    /**
     * Sets a description of ours; one with an empty text is made. Completes with {@code InvalidModificationError} for one that is not the last one
     * made, {@code InvalidStateError} for one that is not due.
     */
    public CompletableFuture<Void> setLocalDescription(RTCSessionDescription description) {
        return chain.chain(() -> negotiator.setLocal(description.type(), description.sdp()));
    }

    /**
     * Sets a description of the peer; an offer takes back one of ours that is pending. Completes with an {@link RTCError} that names the line for
     * one that is malformed, {@code InvalidAccessError} for one that makes no sense, {@code InvalidStateError} for one that is not due.
     */
    public CompletableFuture<Void> setRemoteDescription(RTCSessionDescription description) {
        return chain.chain(() -> negotiator.setRemote(description));
    }

    /**
     * Adds a candidate of the peer; null, or an empty one, says that no more come. Completes with {@code TypeError} when neither mid nor index is
     * given, {@code InvalidStateError} without a remote description, {@code OperationError} when it belongs to nothing there or is malformed.
     */
    public CompletableFuture<Void> addIceCandidate(@Nullable RTCIceCandidate candidate) {
        RTCIceCandidate given = Objects.requireNonNullElse(candidate, new RTCIceCandidate("", null, null, null));
        if (!given.candidate().isEmpty() && given.sdpMid() == null && given.sdpMLineIndex() == null) {
            return Promise.rejected(state.queue, WebRtcException.type("a candidate has an sdpMid or an sdpMLineIndex"));
        }
        return chain.chain(() -> negotiator.addCandidate(given));
    }

    /** The next offer begins a new generation of ICE; takes negotiation. */
    public void restartIce() {
        synchronized (state.lock) {
            state.localCredentialsToReplace.clear();
            for (AppliedDescription each : new @Nullable AppliedDescription[]{state.currentLocal, state.pendingLocal}) {
                if (each != null) {
                    each.sections.stream().map(s -> s.transport().credentials()).filter(Objects::nonNull)
                            .forEach(c -> state.localCredentialsToReplace.add(Objects.requireNonNull(c)));
                }
            }
            updateNegotiationNeeded();
        }
    }

    /** Returns the configuration, with its defaults. */
    public RTCConfiguration getConfiguration() {
        synchronized (state.lock) {
            return state.configuration;
        }
    }

    /**
     * Changes the configuration.
     *
     * @throws WebRtcException {@code InvalidStateError} when closed, {@code InvalidModificationError} for what cannot change any more, and as the
     *     constructor does
     */
    public void setConfiguration(RTCConfiguration configuration) {
        synchronized (state.lock) {
            checkOpen();
            configurations.change(configuration);
        }
    }

    /** Ends the connection and all that belongs to it; no event tells of that. */
    @Override
    public void close() {
        synchronized (state.lock) {
            if (state.closed) {
                return;
            }
            state.closed = true;
            state.signaling = RTCSignalingState.CLOSED;
            List.copyOf(state.open).forEach(t -> t.close(true));
            state.transports().forEach(t -> t.close(true));
            events.close();
            state.data.closeAll();
            state.transceivers.forEach(RTCRtpTransceiver::stopForGood);
            state.host.prepare(state.queue, null);
        }
    }

    /**
     * Sends a track; a transceiver that has not sent yet is used where there is one.
     *
     * @throws WebRtcException {@code InvalidStateError} when closed, {@code InvalidAccessError} when the track is sent already
     */
    public RTCRtpSender addTrack(MediaStreamTrack track, MediaStream... streams) {
        synchronized (state.lock) {
            checkOpen();
            return tracks.add(track, List.of(streams));
        }
    }

    /**
     * Sends all tracks of a stream that are not sent yet.
     *
     * @deprecated {@link #addTrack} says of each track which streams it belongs to
     */
    @Deprecated
    public void addStream(MediaStream stream) {
        synchronized (state.lock) {
            tracks.add(stream);
        }
    }

    /**
     * Stops sending all tracks that were put into a stream.
     *
     * @deprecated {@link #removeTrack} does it for each
     */
    @Deprecated
    public void removeStream(MediaStream stream) {
        synchronized (state.lock) {
            getSenders().stream().filter(sender -> sender.streams().contains(stream)).forEach(this::removeTrack);
        }
    }

    /**
     * Returns the stream with that id, of ours that are sent or else of the peer's, or null.
     *
     * @deprecated senders and the {@code track} event have their streams
     */
    @Deprecated
    public @Nullable MediaStream getStreamById(String id) {
        synchronized (state.lock) {
            return tracks.stream(id);
        }
    }

    /**
     * Returns what sends tones in place of a track's sound, or null for pictures.
     *
     * @throws WebRtcException {@code InvalidStateError} when the track is not sent
     * @deprecated {@link RTCRtpSender#getDtmf} is the same
     */
    @Deprecated
    public @Nullable RTCDTMFSender createDTMFSender(MediaStreamTrack track) {
        RTCRtpSender sender = getSenders().stream().filter(s -> track.equals(s.getTrack())).findFirst()
                .orElseThrow(() -> WebRtcException.invalidState("the track is not sent"));
        return sender.getDtmf();
    }

    /**
     * Stops sending; the sender stays.
     *
     * @throws WebRtcException {@code InvalidStateError} when closed, {@code InvalidAccessError} for a sender of another connection
     */
    public void removeTrack(RTCRtpSender sender) {
        synchronized (state.lock) {
            checkOpen();
            tracks.remove(sender);
        }
    }

    /**
     * Adds a transceiver without a track.
     *
     * @param kind audio or video
     * @throws WebRtcException {@code TypeError} for another kind or a malformed rid, {@code RangeError} for encodings out of bounds,
     *     {@code InvalidStateError} when closed
     */
    public RTCRtpTransceiver addTransceiver(String kind, RTCRtpTransceiverInit init) {
        synchronized (state.lock) {
            return tracks.addTransceiver(kind, null, init);
        }
    }

    /** Adds a transceiver without a track, as {@link #addTransceiver(String, RTCRtpTransceiverInit)} does, for both directions. */
    public RTCRtpTransceiver addTransceiver(String kind) {
        return addTransceiver(kind, RTCRtpTransceiverInit.DEFAULT);
    }

    /** Adds a transceiver that sends a track, as {@link #addTransceiver(String, RTCRtpTransceiverInit)} does. */
    public RTCRtpTransceiver addTransceiver(MediaStreamTrack track, RTCRtpTransceiverInit init) {
        synchronized (state.lock) {
            return tracks.addTransceiver(track.getKind(), track, init);
        }
    }

    /** Returns the transceivers in the order in which they were added. */
    public List<RTCRtpTransceiver> getTransceivers() {
        synchronized (state.lock) {
            return List.copyOf(state.transceivers);
        }
    }

    /** Returns the senders of transceivers that are not stopped. */
    public List<RTCRtpSender> getSenders() {
        synchronized (state.lock) {
            return state.transceivers.stream().filter(t -> !t.stopped).map(t -> t.sender).toList();
        }
    }

    /** Returns the receivers of transceivers that are not stopped. */
    public List<RTCRtpReceiver> getReceivers() {
        synchronized (state.lock) {
            return state.transceivers.stream().filter(t -> !t.stopped).map(t -> t.receiver).toList();
        }
    }

    /** Returns the local description that is pending, else the one in force, or null. */
    public @Nullable RTCSessionDescription getLocalDescription() {
        return snapshot(state::local);
    }

    /** Returns the local description in force, or null. */
    public @Nullable RTCSessionDescription getCurrentLocalDescription() {
        return snapshot(() -> state.currentLocal);
    }

    /** Returns the local description that is pending, or null. */
    public @Nullable RTCSessionDescription getPendingLocalDescription() {
        return snapshot(() -> state.pendingLocal);
    }

    /** Returns the remote description that is pending, else the one in force, or null. */
    public @Nullable RTCSessionDescription getRemoteDescription() {
        return snapshot(state::remote);
    }

    /** Returns the remote description in force, or null. */
    public @Nullable RTCSessionDescription getCurrentRemoteDescription() {
        return snapshot(() -> state.currentRemote);
    }

    /** Returns the remote description that is pending, or null. */
    public @Nullable RTCSessionDescription getPendingRemoteDescription() {
        return snapshot(() -> state.pendingRemote);
    }

    private @Nullable RTCSessionDescription snapshot(Supplier<@Nullable AppliedDescription> of) {
        synchronized (state.lock) {
            AppliedDescription found = of.get();
            return found == null ? null : found.snapshot();
        }
    }

    /** Makes a data channel that the peer is told of. */
    public RTCDataChannel createDataChannel(String label) {
        return createDataChannel(label, RTCDataChannelInit.DEFAULT);
    }

    /**
     * Makes a data channel (section 6.1).
     *
     * @throws WebRtcException {@code InvalidStateError} when closed, {@code TypeError} for what cannot be, {@code OperationError} for an id that is in
     *     use or beyond what the peer takes
     */
    public RTCDataChannel createDataChannel(String label, RTCDataChannelInit init) {
        synchronized (state.lock) {
            checkOpen();
            return state.data.create(label, init);
        }
    }

    /** Returns the association of the data channels, or null before one was negotiated. */
    public @Nullable RTCSctpTransport getSctp() {
        synchronized (state.lock) {
            return state.data.sctp();
        }
    }

    /** Collects what was counted of all (section 8); of what has ended too. */
    public CompletableFuture<RTCStatsReport> getStats() {
        return state.stats.all();
    }

    /**
     * Collects what was counted of a track that is sent or received, and all that this refers to; of everything when it is null. Completes with
     * {@code InvalidAccessError} for a track that is neither, or both.
     */
    public CompletableFuture<RTCStatsReport> getStats(@Nullable MediaStreamTrack selector) {
        List<RTCRtpSender> senders = getSenders().stream().filter(s -> selector != null && selector.equals(s.getTrack())).toList();
        List<RTCRtpReceiver> receivers = getReceivers().stream().filter(r -> r.getTrack().equals(selector)).toList();
        if (selector != null && senders.size() + receivers.size() != 1) {
            return Promise.rejected(state.queue, WebRtcException.invalidAccess("no one sender or receiver has the track"));
        }
        return selector == null ? getStats() : senders.isEmpty() ? receivers.get(0).getStats() : senders.get(0).getStats();
    }

    /** Returns where the exchange of offer and answer stands. */
    public RTCSignalingState getSignalingState() {
        synchronized (state.lock) {
            return state.signaling;
        }
    }

    /** Returns how far the gathering of candidates is. */
    public RTCIceGatheringState getIceGatheringState() {
        return events.gatheringState();
    }

    /** Returns the state of all ICE transports together. */
    public RTCIceConnectionState getIceConnectionState() {
        return events.iceConnectionState();
    }

    /** Returns the state of all transports together. */
    public RTCPeerConnectionState getConnectionState() {
        return events.connectionState();
    }

    /** Returns whether the peer takes candidates one by one, or null before it has said anything. */
    public @Nullable Boolean getCanTrickleIceCandidates() {
        synchronized (state.lock) {
            return state.canTrickle;
        }
    }

    @Override
    CompletableFuture<Void> certified() {
        return negotiator.certified();
    }

    /** Runs something when all that is queued now was done. */
    void afterTasks(Runnable task) {
        state.queue.post(task);
    }

    void checkOpen() {
        if (state.closed) {
            throw WebRtcException.invalidState("the connection is closed");
        }
    }

    <T> CompletableFuture<T> chained(Supplier<CompletableFuture<T>> operation) {
        return chain.chain(operation);
    }

    private void onEmptyChain() {
        if (updateOnEmptyChain) {
            updateOnEmptyChain = false;
            updateNegotiationNeeded();
        }
    }

    void clearNegotiationNeeded() {
        negotiationNeeded = false;
        updateNegotiationNeeded();
    }

    @Override
    void updateNegotiationNeeded() {
        state.revision++;
        if (!chain.isEmpty()) {
            updateOnEmptyChain = true;
            return;
        }
        state.queue.post(() -> {
            if (needsToTell()) {
                dispatchEvent(new Event("negotiationneeded"));
            }
        });
    }

    private boolean needsToTell() {
        synchronized (state.lock) {
            if (state.closed) {
                return false;
            }
            if (!chain.isEmpty()) {
                updateOnEmptyChain = true;
                return false;
            }
            if (state.signaling != RTCSignalingState.STABLE) {
                return false;
            }
            boolean before = negotiationNeeded;
            negotiationNeeded = NegotiationNeed.isThere(state);
            return negotiationNeeded && !before;
        }
    }
}
