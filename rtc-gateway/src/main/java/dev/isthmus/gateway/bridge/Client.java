package dev.isthmus.gateway.bridge;

import dev.isthmus.gateway.peer.RTCSctpTransport;
import dev.isthmus.gateway.peer.MediaStream;
import dev.isthmus.gateway.peer.MediaStreamTrack;
import dev.isthmus.gateway.peer.RTCIceCandidate;
import dev.isthmus.gateway.peer.RTCIceGatheringState;
import dev.isthmus.gateway.peer.RTCIceTransport;
import dev.isthmus.gateway.peer.RTCPeerConnection;
import dev.isthmus.gateway.peer.RTCRtpCodec;
import dev.isthmus.gateway.peer.RTCRtpReceiver;
import dev.isthmus.gateway.peer.RTCRtpTransceiver;
import dev.isthmus.gateway.peer.RTCRtpTransceiverDirection;
import dev.isthmus.gateway.peer.RTCSdpType;
import dev.isthmus.gateway.peer.RTCSessionDescription;
import dev.isthmus.gateway.sdp.Codec;
import dev.isthmus.gateway.sdp.RtpFormat;
import dev.isthmus.gateway.sdp.SdpProblem;
import dev.isthmus.gateway.sdp.SessionDescription;
import dev.isthmus.gateway.sdp.TrickleFragment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of a call: its offer is answered by a connection that takes one audio and one video of what the endpoint knows, and nothing
 * else. One exchange follows the other; none of its methods blocks.
 */
public final class Client {
    /**
     * A kind of media that was agreed on.
     *
     * @param kind audio or video
     * @param formats that both sides know
     * @param sends whether the client sends it
     * @param receives whether the client receives it
     */
    public record Agreed(RTCRtpTransceiver transceiver, String kind, List<PlainStream.Shared> formats, boolean sends, boolean receives) {}

    private final RTCPeerConnection connection;
    private final Way way;
    private final List<Codec> endpoint;
    private final List<RTCRtpTransceiver> taken = new ArrayList<>();
    /** What was asked for and is not done. */
    private final Set<CompletableFuture<?>> pending = ConcurrentHashMap.newKeySet();
    private CompletableFuture<?> last = CompletableFuture.completedFuture(null);

    /** Creates the side of a call that comes that way. */
    public Client(RTCPeerConnection connection, Way way, List<Codec> endpoint) {
        this.connection = connection;
        this.way = way;
        this.endpoint = endpoint;
    }

    /** Returns the connection. */
    public RTCPeerConnection connection() {
        return connection;
    }

    /** Begins an exchange when those before it are over; {@link #end} cancels it. */
    public synchronized <T> CompletableFuture<T> exchange(Supplier<CompletableFuture<T>> exchange) {
        CompletableFuture<T> running = last.handle((done, failure) -> true).thenCompose(before -> exchange.get());
        CompletableFuture<T> result = running.copy();
        pending.add(result);
        result.whenComplete((done, failure) -> pending.remove(result));
        last = running;
        return result;
    }

    /** Ends the connection, and with it what has not been done. */
    public void end() {
        connection.close();
        pending.forEach(each -> each.cancel(false));
    }

    /** Answers the first offer; completes with the answer with all our candidates, or as {@code setRemoteDescription} fails. */
    public CompletableFuture<String> answer(String offer) {
        return connection.setRemoteDescription(new RTCSessionDescription(RTCSdpType.OFFER, offer)).thenCompose(set -> {
            choose();
            return connection.setLocalDescription();
        }).thenCompose(set -> gathered());
    }

    /** One media description of each kind is taken, with what the endpoint knows; the others carry nothing. */
    private void choose() {
        Set<String> kinds = new HashSet<>();
        MediaStream stream = new MediaStream();
        for (RTCRtpTransceiver each : connection.getTransceivers()) {
            String kind = each.getReceiver().getTrack().getKind();
            List<Codec> known = endpoint.stream().filter(c -> c.kind().equals(kind)).toList();
            if (!known.isEmpty() && kinds.add(kind)) {
                each.setCodecPreferences(preferences(kind, known));
                each.setDirection(way.direction());
                each.getSender().setStreams(stream);
                taken.add(each);
            } else {
                each.setDirection(RTCRtpTransceiverDirection.INACTIVE);
            }
        }
    }

    /** What the endpoint knows, in its order, and then what repairs it. */
    private static List<RTCRtpCodec> preferences(String kind, List<Codec> known) {
        List<RTCRtpCodec> all = Objects.requireNonNull(RTCRtpReceiver.getCapabilities(kind)).codecs();
        List<RTCRtpCodec> wanted = new ArrayList<>();
        known.forEach(k -> all.stream().filter(c -> k.takes(c.format(0))).forEach(wanted::add));
        all.stream().filter(RTCRtpCodec::isRepair).forEach(wanted::add);
        return wanted.stream().distinct().toList();
    }

    /** Returns what was agreed on and is carried across; nothing when the endpoint knows none of what is offered. */
    public List<Agreed> agreed() {
        List<Agreed> agreed = new ArrayList<>();
        for (RTCRtpTransceiver each : taken) {
            if (each.getReceiver().getTransport() == null) {
                continue; // it was refused
            }
            String kind = each.getReceiver().getTrack().getKind();
            List<RtpFormat> negotiated = each.getSender().getParameters().codecs().stream().map(c -> c.codec().format(c.payloadType()))
                    .toList();
            List<PlainStream.Shared> shared = new ArrayList<>();
            endpoint.stream().filter(c -> c.kind().equals(kind)).forEach(c -> negotiated.stream().filter(c::takes).findFirst()
                    .ifPresent(format -> shared.add(new PlainStream.Shared(format, c.format()))));
            if (!shared.isEmpty()) {
                RTCRtpTransceiverDirection ours = each.getCurrentDirection();
                boolean both = ours == RTCRtpTransceiverDirection.SENDRECV;
                agreed.add(new Agreed(each, kind, shared, both || ours == RTCRtpTransceiverDirection.RECVONLY,
                        both || ours == RTCRtpTransceiverDirection.SENDONLY));
            }
        }
        return agreed;
    }

    /** Joins a kind of media that was agreed on with its stream at the plain side. */
    public void join(Agreed agreed, PlainStream stream) {
        MediaStreamTrack received = agreed.transceiver().getReceiver().getTrack();
        stream.keyframes(received::requestKeyframe);
        received.addSink(stream);
        if (agreed.receives()) {
            agreed.transceiver().getSender().replaceTrack(stream.source().track());
        }
    }

    /** Completes with the local description as soon as all candidates of its generation are in it. */
    private CompletableFuture<String> gathered() {
        CompletableFuture<String> done = new CompletableFuture<>();
        if (agreed().isEmpty() && !carriesData()) { // nothing has a transport
            done.complete(Objects.requireNonNull(connection.getLocalDescription()).sdp());
            return done;
        }
        Runnable look = () -> {
            RTCSessionDescription local = connection.getLocalDescription();
            boolean all = connection.getIceGatheringState() == RTCIceGatheringState.COMPLETE;
            if (local != null && all && local.sdp().contains("a=end-of-candidates")) {
                done.complete(local.sdp());
            }
        };
        connection.setOnIcegatheringstatechange(e -> look.run());
        connection.setOnIcecandidate(e -> look.run());
        look.run();
        return done;
    }

    /** Takes candidates of the present generation. */
    public CompletableFuture<@Nullable Void> trickle(TrickleFragment fragment) {
        CompletableFuture<@Nullable Void> all = CompletableFuture.completedFuture(null);
        for (TrickleFragment.Candidate each : fragment.candidates()) {
            RTCIceCandidate candidate = new RTCIceCandidate(each.line(), each.mid(), each.mid() == null ? 0 : null,
                    fragment.credentials().ufrag());
            all = all.thenCompose(before -> connection.addIceCandidate(candidate));
        }
        return all;
    }

    /** Begins a new generation with the client's credentials; completes with our answering fragment. */
    public CompletableFuture<String> restart(TrickleFragment fragment) {
        String offer = fragment.restart(Objects.requireNonNull(connection.getCurrentRemoteDescription()).sdp());
        return connection.setRemoteDescription(new RTCSessionDescription(RTCSdpType.OFFER, offer)).thenCompose(set -> trickle(fragment))
                .thenCompose(set -> connection.setLocalDescription()).thenCompose(set -> gathered())
                .thenApply(sdp -> TrickleFragment.of(read(sdp)));
    }

    /** Returns whether data channels were agreed on. */
    public boolean carriesData() {
        return connection.getSctp() != null;
    }

    private RTCIceTransport ice() {
        RTCSctpTransport data = connection.getSctp();
        if (data != null) {
            return data.getTransport().getIceTransport();
        }
        return Objects.requireNonNull(agreed().get(0).transceiver().getReceiver().getTransport()).getIceTransport();
    }

    /** Returns the generation of ICE of our side, by its username fragment. */
    public String generation() {
        return Objects.requireNonNull(ice().getLocalParameters()).usernameFragment();
    }

    /** Returns the client's generation that is present, by its username fragment. */
    public String remoteGeneration() {
        return Objects.requireNonNull(ice().getRemoteParameters()).usernameFragment();
    }

    private static SessionDescription read(String sdp) {
        try {
            return SessionDescription.parse(sdp);
        } catch (SdpProblem e) {
            throw new IllegalStateException(e);
        }
    }
}
