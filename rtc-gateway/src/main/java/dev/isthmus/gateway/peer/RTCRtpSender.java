package dev.isthmus.gateway.peer;

import java.util.function.Consumer;
import dev.isthmus.gateway.peer.stats.RTCStatsReport;
import dev.isthmus.gateway.media.MediaSender;
import dev.isthmus.gateway.sdp.HeaderExtension;
import dev.isthmus.gateway.sdp.RtpFormat;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Sends a track (webrtc-pc, section 5.2). */
public final class RTCRtpSender {
    private final PeerState state;
    private final RTCRtpTransceiver transceiver;
    private final MediaSender media;
    /** The ids of the streams that the peer is to put the track into. */
    final Set<String> streamIds = new LinkedHashSet<>();
    private List<MediaStream> streams = List.of();
    private final @Nullable RTCDTMFSender dtmf;
    private @Nullable MediaStreamTrack track;
    List<RTCRtpEncodingParameters> encodings = List.of(RTCRtpEncodingParameters.of(null));
    List<RtpFormat> codecs = List.of();
    List<HeaderExtension> extensions = List.of();
    /** What is to be handed back with {@link #setParameters}; forgotten when something else has changed. */
    @Nullable
    String lastTransaction;

    private final Consumer<Event> isolation;
    private final Consumer<Event> address;

    RTCRtpSender(PeerState state, RTCRtpTransceiver transceiver, MediaSender media) {
        this.state = state;
        this.transceiver = transceiver;
        this.media = media;
        this.isolation = event -> isolationChanged();
        this.address = event -> addressChanged();
        this.dtmf = transceiver.kind.equals("audio") ? new RTCDTMFSender(state, transceiver, this) : null;
    }

    boolean isOf(PeerState connection) {
        return state == connection;
    }

    MediaSender media() {
        return media;
    }

    /** Returns the track, or null. */
    public @Nullable MediaStreamTrack getTrack() {
        synchronized (state.lock) {
            return track;
        }
    }

    /** Sends these from now on. */
    void encodings(List<RTCRtpEncodingParameters> others) {
        encodings = others;
        lastTransaction = null;
        media.encodings(others.stream().map(e -> new MediaSender.Encoding(Objects.requireNonNullElse(e.rid(), ""), e.active())).toList());
    }

    private void isolationChanged() {
        if (!state.closed) {
            state.queue.post(() -> transceiver.connection.dispatchEvent(new Event("isolationchange")));
        }
    }

    /** The track is for somebody else now; on its source's thread, which may be a loop's: nothing is sent until it is known whether it may be. */
    private void addressChanged() {
        media.withhold(true);
        state.queue.post(() -> {
            synchronized (state.lock) {
                isolate();
            }
        });
    }

    /** What is for one peer alone waits until the peer has proved to be that one; with the lock held. */
    void isolate() {
        MediaStreamTrack present = track;
        String only = present == null ? null : present.peerIdentity();
        media.withhold(only != null && !transceiver.connection.validator.leadsTo(only, transceiver.transport));
    }

    /** Takes nothing more from its track, which stays its track. */
    void silence() {
        MediaStreamTrack present = track;
        if (present != null) {
            present.removeSink(media);
            forget(present);
        }
    }

    private void forget(MediaStreamTrack other) {
        other.removeEventListener("isolationchange", isolation);
        other.removeEventListener(MediaStreamTrack.ADDRESS, address);
    }

    void track(@Nullable MediaStreamTrack another) {
        MediaStreamTrack before = track;
        if (before != null) {
            before.removeSink(media);
            forget(before);
        }
        track = another;
        isolate();
        media.keyframes(another == null ? null : another::requestKeyframe);
        media.bitrates(another == null ? null : another::tellBitrate);
        media.relays(another != null && another.isRelayed());
        if (another != null) {
            another.addSink(media);
            another.addEventListener("isolationchange", isolation);
            another.addEventListener(MediaStreamTrack.ADDRESS, address);
        }
    }

    /** Returns what sends tones in place of the track's sound, or null when this is no sender of sound. */
    public @Nullable RTCDTMFSender getDtmf() {
        return dtmf;
    }

    /** Returns the transport by which it sends, or null before a description was applied. */
    public @Nullable RTCDtlsTransport getTransport() {
        synchronized (state.lock) {
            Transport transport = transceiver.transport;
            return transport == null ? null : transport.dtls;
        }
    }

    /** Returns what can be sent of a kind, or null when there is no such kind. */
    public static @Nullable RTCRtpCapabilities getCapabilities(String kind) {
        return RTCRtpCapabilities.of(kind);
    }

    /** Returns what was negotiated, and how it is sent. */
    public RTCRtpParameters getParameters() {
        synchronized (state.lock) {
            String transaction = lastTransaction == null ? state.host.random().token(12) : lastTransaction;
            lastTransaction = transaction;
            return new RTCRtpParameters(transaction, encodings, headers(extensions), state.cname, transceiver.reducedSize(),
                    codecs.stream().map(c -> RTCRtpParameters.CodecParameters.of(transceiver.kind, c)).toList());
        }
    }

    static List<RTCRtpParameters.HeaderExtensionParameters> headers(List<HeaderExtension> extensions) {
        return extensions.stream().map(e -> new RTCRtpParameters.HeaderExtensionParameters(e.uri(), e.id(), false)).toList();
    }

    /**
     * Changes how it is sent. Completes with {@code InvalidStateError} when it is stopping or the parameters are not the last ones got,
     * {@code InvalidModificationError} when something else than encodings was changed, {@code RangeError} for values out of bounds.
     */
    public CompletableFuture<Void> setParameters(RTCRtpParameters parameters) {
        synchronized (state.lock) {
            Promise<Void> done = new Promise<>(state.queue);
            WebRtcException wrong = check(parameters);
            if (wrong != null) {
                done.completeExceptionally(wrong);
                return done;
            }
            encodings(Encodings.whole(transceiver.kind, Encodings.forKind(transceiver.kind, parameters.encodings())));
            state.queue.post(() -> done.complete(null));
            return done;
        }
    }

    private @Nullable WebRtcException check(RTCRtpParameters wanted) {
        if (transceiver.stopping) {
            return WebRtcException.invalidState("the transceiver is stopping");
        }
        if (lastTransaction == null) {
            return WebRtcException.invalidState("the parameters have not been got since they changed");
        }
        RTCRtpParameters present = getParameters();
        List<String> rids = new ArrayList<>();
        encodings.forEach(e -> rids.add(Objects.requireNonNullElse(e.rid(), "")));
        List<String> wantedRids = new ArrayList<>();
        wanted.encodings().forEach(e -> wantedRids.add(Objects.requireNonNullElse(e.rid(), "")));
        if (!rids.equals(wantedRids) || !present.equals(wanted.withEncodings(encodings))) {
            return WebRtcException.invalidModification("only encodings may be changed, and not their number and names");
        }
        return Encodings.outOfBounds(transceiver.kind, wanted.encodings(), true);
    }

    /**
     * Sends another track, or none, without negotiation. Completes with {@code TypeError} for a track of the other kind, {@code InvalidStateError}
     * when the sender is stopped.
     */
    public CompletableFuture<Void> replaceTrack(@Nullable MediaStreamTrack withTrack) {
        if (withTrack != null && !withTrack.getKind().equals(transceiver.kind)) {
            return Promise.rejected(state.queue, WebRtcException.type("the track is " + withTrack.getKind()));
        }
        return transceiver.connection.chained(() -> {
            if (transceiver.stopping) {
                return Promise.rejected(state.queue, WebRtcException.invalidState("the transceiver is stopped"));
            }
            Promise<Void> done = new Promise<>(state.queue);
            state.queue.post(() -> {
                synchronized (state.lock) {
                    if (state.closed) {
                        return;
                    }
                    track(withTrack);
                }
                done.complete(null);
            });
            return done;
        });
    }

    /** Collects what was counted of what it sends, and all that this refers to. */
    public CompletableFuture<RTCStatsReport> getStats() {
        return state.stats.of(media);
    }

    /** Says which streams the peer is to put the track into; takes negotiation. */
    public void setStreams(MediaStream... streams) {
        synchronized (state.lock) {
            transceiver.connection.checkOpen();
            Set<String> before = Set.copyOf(streamIds);
            streams(List.of(streams));
            if (!before.equals(streamIds)) {
                transceiver.connection.updateNegotiationNeeded();
            }
        }
    }

    /** Says which streams the track belongs to; with the lock held. */
    void streams(List<MediaStream> of) {
        streams = List.copyOf(of);
        streamIds.clear();
        of.forEach(each -> streamIds.add(each.getId()));
    }

    /** Returns the streams that the track belongs to; with the lock held. */
    List<MediaStream> streams() {
        return streams;
    }
}
