package dev.isthmus.gateway.peer;

import dev.isthmus.gateway.sdp.HeaderIds;
import dev.isthmus.ice.ice.IceCredentials;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The slots of a connection (webrtc-pc, section 4.4.1.1), under one lock that no event loop ever takes. */
final class PeerState {
    final Object lock = new Object();
    final PeerHost host;
    final TaskQueue queue;
    final List<RTCRtpTransceiver> transceivers = new ArrayList<>();
    /** The streams of the peer, by id. */
    final Map<String, MediaStream> remoteStreams = new HashMap<>();
    final HeaderIds ids = new HeaderIds();
    final DataChannels data;
    final StatsCollector stats = new StatsCollector(this);
    final Set<String> usedMids = new HashSet<>();
    final Set<IceCredentials> localCredentialsToReplace = new HashSet<>();
    /** The canonical name of all that is sent. */
    final String cname;
    /** In the origin line of every description. */
    final long sessionId;
    long sessionVersion;
    RTCConfiguration configuration = RTCConfiguration.DEFAULT;
    List<RTCCertificate> certificates = List.of();
    volatile boolean closed;
    RTCSignalingState signaling = RTCSignalingState.STABLE;
    @Nullable
    AppliedDescription pendingLocal;
    @Nullable
    AppliedDescription currentLocal;
    @Nullable
    AppliedDescription pendingRemote;
    @Nullable
    AppliedDescription currentRemote;
    @Nullable
    DescriptionPlan lastOffer;
    @Nullable
    DescriptionPlan lastAnswer;
    @Nullable
    Boolean canTrickle;
    /** The media descriptions in their order, as the descriptions applied last have them; and as they were when all was stable. */
    List<Section> sections = List.of();
    List<Section> stableSections = List.of();
    /** Those of the offer that is pending, which its answers are about. */
    List<Section> offered = List.of();
    /** The BUNDLE groups of the last answer, by mids, or null before there is one. */
    @Nullable
    List<List<String>> bundle;
    @Nullable
    List<List<String>> stableBundle;
    /** The transports that have a port, whatever description they are of. */
    final List<Transport> open = new ArrayList<>();
    /** All that have had one, for what they have counted. */
    final List<Transport> opened = new ArrayList<>();
    int transportsMade;
    /** Grows with each change that a description of ours would show. */
    int revision;
    boolean localWasSet;
    /** What an offer of ours has proposed for data, or null. */
    @Nullable
    String dataMid;
    /** Who this side is, as descriptions of ours say it, or null. */
    @Nullable
    String identityLine;
    /** Servers have changed since candidates were gathered: the next offer restarts ICE (RFC 9429, section 4.1.18). */
    boolean needsIceRestart;

    PeerState(PeerHost host, IdentifiedConnection connection) {
        this.host = host;
        this.data = new DataChannels(connection, this);
        this.queue = host.newQueue();
        this.cname = host.random().token(16);
        this.sessionId = host.random().nextLong() & Long.MAX_VALUE >> 1;
    }

    @Nullable
    AppliedDescription local() {
        return pendingLocal == null ? currentLocal : pendingLocal;
    }

    @Nullable
    AppliedDescription remote() {
        return pendingRemote == null ? currentRemote : pendingRemote;
    }

    /** Returns the remote offer that is to be answered, whether it was answered provisionally or not; null without any. */
    @Nullable
    AppliedDescription offer() {
        boolean theirs = signaling == RTCSignalingState.HAVE_REMOTE_OFFER || signaling == RTCSignalingState.HAVE_LOCAL_PRANSWER;
        return theirs ? pendingRemote : null;
    }

    @Nullable
    RTCRtpTransceiver withMid(@Nullable String mid) {
        return transceivers.stream().filter(t -> mid != null && mid.equals(t.jsepMid)).findFirst().orElse(null);
    }

    /** Returns a mid that no description has had. */
    String newMid() {
        for (int i = 0;; i++) {
            String mid = Integer.toString(i);
            if (usedMids.add(mid)) {
                return mid;
            }
        }
    }

    /** Returns the transports of media that is not stopped, and of data, each once. */
    List<Transport> transports() {
        List<Transport> found = new ArrayList<>();
        for (RTCRtpTransceiver each : transceivers) {
            Transport transport = each.transport;
            if (!each.stopped && transport != null && !found.contains(transport)) {
                found.add(transport);
            }
        }
        for (Section each : sections) {
            Transport transport = each.transport();
            if (each.isData() && transport != null && !found.contains(transport)) {
                found.add(transport);
            }
        }
        return found;
    }

    /** Returns the transports of all media descriptions, each once. */
    static List<Transport> transports(List<Section> of) {
        List<Transport> found = new ArrayList<>();
        for (Section each : of) {
            Transport transport = each.transport();
            if (transport != null && !found.contains(transport)) {
                found.add(transport);
            }
        }
        return found;
    }
}
