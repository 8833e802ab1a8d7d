package dev.isthmus.gateway.peer;

import dev.isthmus.gateway.sdp.MediaSection;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whether what there is differs from what was negotiated (webrtc-pc, section 4.7.3). Under the connection's lock. */
final class NegotiationNeed {
    private NegotiationNeed() {}

    static boolean isThere(PeerState state) {
        if (!state.localCredentialsToReplace.isEmpty()) {
            return true;
        }
        return state.data.needsNegotiation() || state.transceivers.stream().anyMatch(t -> isThere(state, t));
    }

    private static boolean isThere(PeerState state, RTCRtpTransceiver t) {
        if (t.stopping && !t.stopped) {
            return t.jsepMid != null; // else there is nothing to tell, and it ends with the next exchange
        }
        MediaSection ours = section(state.currentLocal, t.mid, state);
        MediaSection theirs = section(state.currentRemote, t.mid, state);
        if (t.stopped) {
            return ours != null && !ours.rejected() && (theirs == null || !theirs.rejected());
        }
        if (ours == null || state.currentLocal == null) {
            return true;
        }
        boolean rejected = ours.rejected() || theirs != null && theirs.rejected();
        if (!rejected && t.direction.sends() && (!ours.namesStreams() || !Set.copyOf(ours.streams()).equals(t.sender.streamIds))) {
            return true;
        }
        if (state.currentLocal.type == RTCSdpType.OFFER) {
            return ours.direction() != t.direction && (theirs == null || theirs.direction().reversed() != t.direction);
        }
        return theirs != null && ours.direction() != t.direction.and(theirs.direction().reversed());
    }

    private static @Nullable MediaSection section(@Nullable AppliedDescription of, @Nullable String mid, PeerState state) {
        if (of == null || mid == null) {
            return null;
        }
        for (int i = 0; i < of.sections.size() && i < state.sections.size(); i++) {
            if (state.sections.get(i).mid().equals(mid)) { // the peer may have no mids at all
                return of.sections.get(i);
            }
        }
        return null;
    }
}
