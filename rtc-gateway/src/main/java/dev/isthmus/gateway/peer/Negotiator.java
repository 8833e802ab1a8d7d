package dev.isthmus.gateway.peer;

import dev.isthmus.gateway.sdp.MediaDirection;
import dev.isthmus.gateway.sdp.MediaSection;
import dev.isthmus.ice.sdp.CandidateAttribute;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The operations that a connection chains (webrtc-pc, section 4.4.2). They begin under the lock and end in a task of the queue. */
final class Negotiator {
    private static final Logger LOG = LoggerFactory.getLogger(Negotiator.class);
    private final RTCPeerConnection connection;
    private final PeerState state;
    private final OfferMaker offers;
    private final AnswerMaker answers;
    private final DescriptionSetter setter;

    Negotiator(RTCPeerConnection connection, PeerState state, TransportEvents events) {
        this.connection = connection;
        this.state = state;
        this.offers = new OfferMaker(state, events);
        this.answers = new AnswerMaker(state);
        this.setter = new DescriptionSetter(connection, state, events);
    }

    /** Runs a task when there is a certificate; what it returns completes the promise, what it throws rejects it. */
    private <T> CompletableFuture<T> task(Supplier<T> work, Function<T, @Nullable Effects> effects) {
        Promise<T> done = new Promise<>(state.queue);
        certified().whenComplete((there, failure) -> state.queue.post(() -> {
            if (failure == null) {
                run(done, work, effects);
            } else {
                done.completeExceptionally(failure);
            }
        }));
        return done;
    }

    /** Completes when there is a certificate. */
    CompletableFuture<Void> certified() {
        if (!state.certificates.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        Promise<Void> done = new Promise<>(state.queue);
        state.host.generateCertificate(false, Configurations.CERTIFICATE_LIFETIME_MILLIS)
                .whenComplete((made, failure) -> state.queue.post(() -> {
                    if (failure != null) {
                        done.completeExceptionally(WebRtcException.operation("no certificate: " + failure.getMessage()));
                        return;
                    }
                    synchronized (state.lock) {
                        state.certificates = state.certificates.isEmpty() ? List.of(made) : state.certificates;
                    }
                    done.complete(null);
                }));
        return done;
    }

    /** Makes a description, when it is known who this side is. */
    private <T> CompletableFuture<T> identified(Supplier<CompletableFuture<T>> making) {
        return connection.asserter.isWanted()
                ? certified().thenCompose(there -> connection.asserter.ready()).thenCompose(ready -> making.get())
                : making.get();
    }

    private <T> void run(Promise<T> done, Supplier<T> work, Function<T, @Nullable Effects> effects) {
        T result;
        try {
            synchronized (state.lock) {
                if (state.closed) {
                    return;
                }
                result = work.get();
            }
        } catch (WebRtcException e) {
            done.completeExceptionally(e);
            return;
        } catch (RuntimeException | Error e) { // a fault of ours is not to stop the chain
            LOG.error("an operation failed", e);
            done.completeExceptionally(WebRtcException.operation(String.valueOf(e.getMessage())));
            return;
        }
        Effects told = effects.apply(result);
        if (told != null) {
            told.fire(connection);
        }
        done.complete(result);
    }

    CompletableFuture<RTCSessionDescription> createOffer(boolean iceRestart) {
        if (state.signaling != RTCSignalingState.STABLE && state.signaling != RTCSignalingState.HAVE_LOCAL_OFFER) {
            throw WebRtcException.invalidState("createOffer while " + state.signaling);
        }
        return identified(() -> task(() -> {
            DescriptionPlan plan = makeOffer(iceRestart);
            return new RTCSessionDescription(RTCSdpType.OFFER, plan.sdp());
        }, offer -> null));
    }

    /** The options of old (section 4.4.3.2); with the lock held. */
    void offerToReceive(String kind, @Nullable Boolean wanted) {
        if (wanted == null) {
            return;
        }
        List<RTCRtpTransceiver> ofKind = state.transceivers.stream().filter(t -> t.kind.equals(kind) && !t.stopping).toList();
        if (wanted) {
            boolean receives = ofKind.stream().anyMatch(t -> t.direction.receives());
            if (!receives) {
                state.transceivers.add(new RTCRtpTransceiver(connection, state, kind, MediaDirection.RECVONLY));
                state.revision++;
            }
        } else {
            ofKind.forEach(t -> t.direction = t.direction.and(MediaDirection.SENDONLY));
            state.revision++;
        }
    }

    CompletableFuture<RTCSessionDescription> createAnswer() {
        if (state.offer() == null) {
            throw WebRtcException.invalidState("createAnswer while " + state.signaling);
        }
        return identified(() -> task(() -> {
            DescriptionPlan plan = makeAnswer();
            return new RTCSessionDescription(RTCSdpType.ANSWER, plan.sdp());
        }, answer -> null));
    }

    /** Sets a description of ours; without a type the one that is due. */
    CompletableFuture<Void> setLocal(@Nullable RTCSdpType wanted, String sdp) {
        RTCSdpType type = wanted == null ? due() : wanted;
        if (type == RTCSdpType.ROLLBACK) {
            return nothing(task(setter::rollback, e -> e));
        }
        boolean offer = type == RTCSdpType.OFFER;
        DescriptionPlan last = offer ? state.lastOffer : state.lastAnswer;
        if (!sdp.isEmpty() && (last == null || !sdp.equals(last.sdp()))) {
            throw WebRtcException.invalidModification("it is not what create" + (offer ? "Offer" : "Answer") + " made last");
        }
        if (sdp.isEmpty() && !offer && state.offer() == null) {
            throw WebRtcException.invalidState(type + " while " + state.signaling);
        }
        if (sdp.isEmpty() && offer && state.signaling != RTCSignalingState.STABLE
                && state.signaling != RTCSignalingState.HAVE_LOCAL_OFFER) {
            throw WebRtcException.invalidState(type + " while " + state.signaling);
        }
        boolean given = !sdp.isEmpty();
        Supplier<CompletableFuture<Void>> set = () -> nothing(task(() -> setter.setLocal(type, plan(offer, given)), e -> e));
        return given ? set.get() : identified(set);
    }

    /** The description made last, or another one when that is none any more or is not what there is now. */
    private DescriptionPlan plan(boolean offer, boolean given) {
        DescriptionPlan last = offer ? state.lastOffer : state.lastAnswer;
        if (last != null && (given || last.revision() == state.revision)) {
            return last;
        }
        return offer ? makeOffer(false) : makeAnswer();
    }

    private DescriptionPlan makeOffer(boolean iceRestart) {
        DescriptionPlan plan = offers.make(iceRestart);
        state.lastOffer = plan;
        return plan;
    }

    private DescriptionPlan makeAnswer() {
        DescriptionPlan plan = answers.make();
        state.lastAnswer = plan;
        return plan;
    }

    private RTCSdpType due() {
        return switch (state.signaling) {
            case STABLE, HAVE_LOCAL_OFFER, HAVE_REMOTE_PRANSWER -> RTCSdpType.OFFER;
            default -> RTCSdpType.ANSWER;
        };
    }

    private static CompletableFuture<Void> nothing(CompletableFuture<Effects> of) {
        return of.thenApply(effects -> null);
    }

    CompletableFuture<Void> setRemote(RTCSessionDescription d) {
        if (d.type() == RTCSdpType.ROLLBACK) {
            return nothing(task(setter::rollback, e -> e));
        }
        boolean glare = d.type() == RTCSdpType.OFFER
                && (state.signaling == RTCSignalingState.HAVE_LOCAL_OFFER || state.signaling == RTCSignalingState.HAVE_REMOTE_PRANSWER);
        boolean validated = connection.validator.mustKnow();
        Supplier<CompletableFuture<Void>> set = () -> nothing(task(() -> {
            if (!validated && connection.validator.mustKnow()) {
                throw WebRtcException.operation("who the peer is was proved meanwhile, and this description has not been validated");
            }
            return setter.setRemote(d.type(), d.sdp());
        }, e -> e));
        Supplier<CompletableFuture<Void>> all = () -> glare ? task(setter::rollback, e -> e).thenCompose(e -> set.get()) : set.get();
        if (validated) { // nothing of it has any effect before that
            return connection.validator.validate(d.sdp()).thenCompose(known -> all.get());
        }
        return all.get().thenApply(done -> {
            connection.validator.validateBeside(d.sdp(),
                    failure -> LOG.debug("the peer's identity is not proved: {}", failure.getMessage()));
            return done;
        });
    }

    CompletableFuture<Void> addCandidate(RTCIceCandidate c) {
        AppliedDescription remote = state.remote();
        if (remote == null) {
            throw WebRtcException.invalidState("there is no remote description");
        }
        String mid = c.sdpMid();
        Integer index = c.sdpMLineIndex();
        List<MediaSection> sections = remote.sections;
        if (mid != null) {
            sections = sections.stream().filter(s -> s.mid().equals(mid)).toList();
        } else if (index != null) {
            sections = index < 0 || index >= sections.size() ? List.of() : List.of(sections.get(index));
        }
        if (sections.isEmpty() && (mid != null || index != null)) {
            throw WebRtcException.operation("there is no media description " + (mid == null ? index : mid));
        }
        if (sections.size() == 1 && isStopped(sections.get(0))) {
            return nothing(task(Effects::new, e -> null));
        }
        List<MediaSection> of = sections;
        String ufrag = c.usernameFragment();
        if (ufrag != null && !of.isEmpty() && of.stream().noneMatch(s -> isOf(s, ufrag))) {
            throw WebRtcException.operation("no generation " + ufrag);
        }
        if (!c.candidate().isEmpty() && CandidateAttribute.parse(c.candidate()) == null) {
            throw WebRtcException.operation("the candidate is malformed");
        }
        return nothing(task(() -> add(c, of), e -> null));
    }

    private boolean isStopped(MediaSection s) {
        RTCRtpTransceiver t = s.index() < state.sections.size() ? state.sections.get(s.index()).transceiver() : null;
        return t != null && t.stopped;
    }

    /** Whether a description that was applied has that generation there. */
    private boolean isOf(MediaSection s, String ufrag) {
        for (AppliedDescription each : new @Nullable AppliedDescription[]{state.pendingRemote, state.currentRemote}) {
            if (each != null && s.index() < each.sections.size()) {
                var credentials = AnswerMaker.tagged(each, each.sections.get(s.index())).credentials();
                if (credentials != null && credentials.ufrag().equals(ufrag)) {
                    return true;
                }
            }
        }
        return false;
    }

    private Effects add(RTCIceCandidate given, List<MediaSection> sections) {
        CandidateAttribute parsed = given.candidate().isEmpty() ? null : CandidateAttribute.parse(given.candidate());
        RTCIceCandidate c = parsed == null
                ? given
                : new RTCIceCandidate(parsed.toSdp(), given.sdpMid(), given.sdpMLineIndex(), given.usernameFragment());
        for (MediaSection each : sections) {
            String ufrag = generation(c, each);
            Transport transport = each.index() < state.sections.size() ? state.sections.get(each.index()).transport() : null;
            for (AppliedDescription d : new @Nullable AppliedDescription[]{state.pendingRemote, state.currentRemote}) {
                int at = d == null ? -1 : place(d, each, ufrag);
                if (d != null && at >= 0 && c.candidate().isEmpty()) {
                    d.endCandidates(at);
                } else if (d != null && at >= 0) {
                    d.addCandidate(at, c.candidate());
                }
            }
            if (transport != null && c.candidate().isEmpty()) {
                transport.endOfCandidates(ufrag);
            } else if (transport != null) {
                transport.addCandidate(c.candidate(), ufrag); // as many as there may be
            }
        }
        return new Effects();
    }

    private String generation(RTCIceCandidate c, MediaSection section) {
        String given = c.usernameFragment();
        CandidateAttribute parsed = c.candidate().isEmpty() ? null : CandidateAttribute.parse(c.candidate());
        String own = parsed == null ? null : parsed.extensions().get("ufrag");
        AppliedDescription remote = state.remote();
        var latest = remote == null ? null : AnswerMaker.tagged(remote, remote.sections.get(section.index())).credentials();
        return given != null ? given : own != null ? own : latest == null ? "" : latest.ufrag();
    }

    private static int place(AppliedDescription d, MediaSection section, String ufrag) {
        if (section.index() >= d.sections.size()) {
            return -1;
        }
        var credentials = AnswerMaker.tagged(d, d.sections.get(section.index())).credentials();
        return credentials != null && credentials.ufrag().equals(ufrag) ? section.index() : -1;
    }
}
