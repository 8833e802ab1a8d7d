package dev.isthmus.gateway.bridge;

import dev.isthmus.gateway.sdp.Codec;
import dev.isthmus.ice.net.TransportAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A plain RTP endpoint of the configuration.
 *
 * @param name as in {@code /call/NAME}
 * @param echo whether the endpoint is the gateway's own reflector; then it has no addresses
 * @param sessions the RTP sessions, one or one for each kind of media
 * @param codecs what the endpoint sends and receives, best first
 * @param data where data channels go, or null when it takes none
 */
public record Endpoint(String name, boolean echo, List<Session> sessions, List<Codec> codecs, @Nullable DataEndpoint data) {
    /** Creates one that takes no data. */
    public Endpoint(String name, boolean echo, List<Session> sessions, List<Codec> codecs) {
        this(name, echo, sessions, codecs, null);
    }

    /** Who may send to a plain port. */
    public enum SourceRule {
        /** The target's address; the port is learned once from a packet with a negotiated payload type. */
        SIGNALLED,
        /** Whoever comes first with a negotiated payload type. */
        LATCH,
        /** Everybody. */
        ANY
    }

    /** Where RTCP goes. */
    public enum RtcpPort {
        /** To the RTP port (RFC 5761). */
        MUX,
        /** To the next port. */
        NEXT
    }

    /**
     * One RTP session with the endpoint.
     *
     * @param kinds audio, video or both
     * @param send where RTP is sent; null until a packet has come in, with the rule LATCH or ANY
     * @param listen the local port, 0 for one from the configured range
     * @param source who may send to it
     * @param rtcp where RTCP goes
     */
    public record Session(List<String> kinds, @Nullable TransportAddress send, int listen, SourceRule source, RtcpPort rtcp) {}

    /** Returns whether a second call would need the same port. */
    public boolean oneCallAtATime() {
        return sessions.stream().anyMatch(s -> s.listen() != 0);
    }
}
