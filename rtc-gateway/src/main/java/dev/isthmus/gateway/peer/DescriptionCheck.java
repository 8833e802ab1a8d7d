package dev.isthmus.gateway.peer;

import dev.isthmus.gateway.sdp.MediaSection;
import dev.isthmus.gateway.sdp.RtpFormat;
import dev.isthmus.ice.ice.IceCredentials;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whether a description of the peer makes sense (RFC 9429, sections 5.8.3, 5.10 and 5.11). */
final class DescriptionCheck {
    private final PeerState state;
    private final AppliedDescription theirs;

    private DescriptionCheck(PeerState state, AppliedDescription theirs) {
        this.state = state;
        this.theirs = theirs;
    }

    private static WebRtcException wrong(MediaSection section, String why) {
        return WebRtcException.invalidAccess("media description " + section.index() + " (line " + section.line() + "): " + why);
    }

    /** Checks an offer. */
    static void offer(PeerState state, AppliedDescription offer) {
        DescriptionCheck check = new DescriptionCheck(state, offer);
        AppliedDescription before = state.remote();
        if (before != null && offer.sections.size() < before.sections.size()) {
            throw WebRtcException.invalidAccess("the offer has fewer media descriptions than the session");
        }
        check.groups();
        for (MediaSection each : offer.sections) {
            check.section(each);
            check.sameAsBefore(each, before);
        }
    }

    /** Checks an answer to an offer of ours. */
    static void answer(PeerState state, AppliedDescription answer, AppliedDescription offer) {
        DescriptionCheck check = new DescriptionCheck(state, answer);
        if (answer.sections.size() != offer.sections.size()) {
            throw WebRtcException.invalidAccess(
                    "the answer has " + answer.sections.size() + " media descriptions, the offer " + offer.sections.size());
        }
        check.groups();
        for (MediaSection each : answer.sections) {
            MediaSection offered = offer.sections.get(each.index());
            check.section(each);
            check.answers(each, offered);
        }
        for (List<String> group : answer.parsed.bundles()) {
            if (offer.parsed.bundles().stream().noneMatch(o -> o.containsAll(group))) {
                throw WebRtcException.invalidAccess("the answer bundles what the offer does not");
            }
        }
    }

    private void groups() {
        Set<String> mids = new HashSet<>();
        for (MediaSection each : theirs.sections) {
            if (!each.mid().isEmpty() && !mids.add(each.mid())) {
                throw wrong(each, "its mid is given twice");
            }
        }
        Set<String> grouped = new HashSet<>();
        for (List<String> group : theirs.parsed.bundles()) {
            for (String mid : group) {
                if (!mids.contains(mid) || !grouped.add(mid)) {
                    throw WebRtcException.invalidAccess("BUNDLE names " + mid + ", which is not there or in another group too");
                }
            }
        }
    }

    private void section(MediaSection s) {
        if (s.rejected() || s.bundleOnly() && s.port() == 0 && !inGroup(s)) {
            return;
        }
        MediaSection.Transport t = AnswerMaker.tagged(theirs, s);
        if (t.credentials() == null) {
            throw wrong(s, "ice-ufrag and ice-pwd are missing");
        }
        if (t.fingerprints().isEmpty()) {
            throw wrong(s, "there is no fingerprint of sha-256, sha-384 or sha-512");
        }
        boolean offer = theirs.type == RTCSdpType.OFFER;
        if (t.setup().equals("holdconn") || !offer && (t.setup().equals("actpass") || t.setup().isEmpty())) {
            throw wrong(s, "setup must be " + (offer ? "active, passive or actpass" : "active or passive"));
        }
        boolean media = s.kind().equals("audio") || s.kind().equals("video");
        if (media && t.rtcpMuxOnly() && !t.rtcpMux()) {
            throw wrong(s, "rtcp-mux-only without rtcp-mux");
        }
        if (media && state.configuration.rtcpMuxPolicy() == RTCRtcpMuxPolicy.REQUIRE && !t.rtcpMux()) {
            throw wrong(s, "rtcp-mux is missing, and the policy is require");
        }
        retransmissions(s);
        if (s.protocol().endsWith("DTLS/SCTP") && s.data() == null) {
            throw wrong(s, "sctp-port is missing");
        }
        String unexplained = s.simulcast().unexplained();
        if (unexplained != null) {
            throw wrong(s, "simulcast names \"" + unexplained + "\", and no rid line explains it");
        }
    }

    private boolean inGroup(MediaSection s) {
        return theirs.parsed.bundles().stream().anyMatch(g -> g.contains(s.mid()));
    }

    private static void retransmissions(MediaSection s) {
        for (RtpFormat each : s.codecs()) {
            int primary = each.repeats();
            if (each.is("rtx") && s.codecs().stream().noneMatch(c -> c.payloadType() == primary)
                    && !s.formats().contains(Integer.toString(primary))) {
                throw wrong(s, "payload type " + each.payloadType() + " repeats " + primary + ", which is not there");
            }
        }
    }

    private void sameAsBefore(MediaSection s, @Nullable AppliedDescription before) {
        MediaSection old = before == null || s.index() >= before.sections.size() ? null : before.sections.get(s.index());
        if (old == null || s.rejected()) {
            return;
        }
        boolean wasRejected = state.sections.get(s.index()).transport() == null;
        boolean recycled = !old.mid().equals(s.mid()) || wasRejected && s.mid().isEmpty() && !old.kind().equals(s.kind());
        if (recycled && !wasRejected) {
            throw wrong(s, "its mid was " + old.mid());
        }
        if (!recycled && !old.kind().equals(s.kind())) {
            throw wrong(s, "it was " + old.kind());
        }
        Transport transport = state.sections.get(s.index()).transport();
        if (!recycled && transport != null) {
            continues(s, transport, AnswerMaker.tagged(theirs, s), true);
        }
    }

    private static void continues(MediaSection s, Transport transport, MediaSection.Transport t, boolean mayRestart) {
        boolean restart = transport.remote != null && !transport.remote.equals(t.credentials());
        if (restart && !mayRestart) {
            throw wrong(s, "ICE is restarted, and the offer does not");
        }
        if (!restart && transport.wouldBeginAnew(t)) {
            throw wrong(s, "another certificate or tls-id without a restart of ICE");
        }
        Boolean client = transport.client;
        // Firefox answers a restart of ICE with the part that it would take in a new association, and goes on with the one that there is.
        boolean conflicts = !restart && client != null && (client ? t.setup().equals("active") : t.setup().equals("passive"));
        if (conflicts && !transport.wouldBeginAnew(t)) {
            throw wrong(s, "setup is " + t.setup() + ", which is this side's part");
        }
        if (transport.remote != null && s.isMedia() && transport.hasRtcpPort() == t.rtcpMux()) {
            throw wrong(s, "RTCP was " + (transport.hasRtcpPort() ? "not " : "") + "multiplexed");
        }
    }

    private void answers(MediaSection s, MediaSection offered) {
        if (!s.kind().equals(offered.kind()) || !s.protocol().equals(offered.protocol())) {
            throw wrong(s, "it answers " + offered.kind() + " " + offered.protocol() + " with " + s.kind() + " " + s.protocol());
        }
        if (!s.mid().isEmpty() && !s.mid().equals(offered.mid())) {
            throw wrong(s, "its mid is " + s.mid() + ", offered was " + offered.mid());
        }
        if (s.rejected()) {
            return;
        }
        if (offered.rejected()) {
            throw wrong(s, "it was refused by the offer");
        }
        if (offered.bundleOnly() && !inGroup(s)) {
            throw wrong(s, "it is bundle-only and not bundled");
        }
        if (s.direction().sends() && !offered.direction().receives() || s.direction().receives() && !offered.direction().sends()) {
            throw wrong(s, "it answers " + offered.direction() + " with " + s.direction());
        }
        if (!s.codecs().isEmpty() && s.codecs().stream().noneMatch(c -> offered.codecs().stream().anyMatch(o -> o.is(c.name())))) {
            throw wrong(s, "no format of it was offered");
        }
        feedback(s, offered);
        Section section = state.offered.get(s.index());
        Transport transport = section.transport();
        if (transport != null && transport.remote != null) {
            boolean weRestart = !transport.local.equals(transport.stableLocal);
            MediaSection.Transport t = AnswerMaker.tagged(theirs, s);
            IceCredentials before = transport.stableRemote;
            if (weRestart && before != null && before.equals(t.credentials())) {
                throw wrong(s, "the offer restarts ICE, and it does not");
            }
            continues(s, transport, t, weRestart || state.signaling == RTCSignalingState.HAVE_REMOTE_PRANSWER);
        }
    }

    private static void feedback(MediaSection s, MediaSection offered) {
        for (RtpFormat each : s.codecs()) {
            RtpFormat ours = offered.codecs().stream().filter(o -> o.payloadType() == each.payloadType()).findFirst().orElse(null);
            if (ours != null && ours.is(each.name()) && !ours.feedback().containsAll(each.feedback())) {
                throw wrong(s, "payload type " + each.payloadType() + " has feedback that was not offered");
            }
        }
    }
}
