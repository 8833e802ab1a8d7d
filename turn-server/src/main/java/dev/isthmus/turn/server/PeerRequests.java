package dev.isthmus.turn.server;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.stun.StunMessage;
import dev.isthmus.ice.turn.ChannelData;
import dev.isthmus.ice.turn.ErrorCode;
import dev.isthmus.ice.turn.TurnAttribute;
import dev.isthmus.turn.allocation.Allocation;
import dev.isthmus.turn.allocation.PeerRoute;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The requests about peers: CreatePermission and ChannelBind (RFC 8656, sections 10.2 and 12.2). */
final class PeerRequests {
    private final TurnServer server;
    private final boolean strictChannels;
    private final Refusals refusals;

    PeerRequests(TurnServer server, TurnConfig config, Refusals refusals) {
        this.server = server;
        this.strictChannels = config.features().strictChannels();
        this.refusals = refusals;
    }

    /** Section 10.2: all peer addresses or none. */
    boolean onCreatePermission(StunMessage request, Allocation allocation, long nowNanos) {
        @Nullable
        TransportAddress[] wanted = request.xorAddresses(TurnAttribute.XOR_PEER_ADDRESS);
        List<TransportAddress> ipv4 = new ArrayList<>();
        List<TransportAddress> ipv6 = new ArrayList<>();
        if (wanted.length == 0) {
            return bad();
        }
        for (TransportAddress peer : wanted) {
            if (peer == null) {
                return bad();
            }
            if (allocation.ofFamily(peer.ipv4()) == null) {
                return refusals.refuse(TurnReason.WRONG_FAMILY, ErrorCode.PEER_ADDRESS_FAMILY_MISMATCH);
            }
            if (!server.admission().host(allocation.credential(), peer)) {
                return refusals.refuse(TurnReason.PEER_FORBIDDEN, ErrorCode.FORBIDDEN);
            }
            (peer.ipv4() ? ipv4 : ipv6).add(peer);
        }
        if (!room(allocation.ofFamily(true), ipv4) || !room(allocation.ofFamily(false), ipv6)) {
            return refusals.refuse(TurnReason.TOO_MANY_PERMISSIONS, ErrorCode.INSUFFICIENT_CAPACITY);
        }
        permit(allocation.ofFamily(true), ipv4, nowNanos);
        permit(allocation.ofFamily(false), ipv6, nowNanos);
        return done();
    }

    private static boolean room(@Nullable Allocation allocation, List<TransportAddress> peers) {
        return allocation == null || allocation.roomForPermissions(peers);
    }

    private void permit(@Nullable Allocation allocation, List<TransportAddress> peers, long nowNanos) {
        if (allocation != null && !peers.isEmpty()) {
            peers.forEach(peer -> allocation.permit(peer, nowNanos));
            server.schedule(allocation);
        }
    }

    /** Section 12.2. */
    boolean onChannelBind(StunMessage request, Allocation any, long nowNanos) {
        int at = request.find(TurnAttribute.CHANNEL_NUMBER);
        TransportAddress peer = request.xorAddress(TurnAttribute.XOR_PEER_ADDRESS);
        if (at < 0 || request.valueLength(at) != 4 || peer == null || any.tcp()) {
            return bad();
        }
        int number = request.buffer().getShort(at) & 0xffff;
        if (!ChannelData.validChannel(number, strictChannels)) {
            return bad();
        }
        Allocation allocation = any.ofFamily(peer.ipv4());
        if (allocation == null) {
            return refusals.refuse(TurnReason.WRONG_FAMILY, ErrorCode.PEER_ADDRESS_FAMILY_MISMATCH);
        }
        if (server.admission().endpoint(allocation.credential(), peer) == Admission.Verdict.NO) {
            return refusals.refuse(TurnReason.PEER_FORBIDDEN, ErrorCode.FORBIDDEN);
        }
        Allocation sibling = allocation.sibling();
        Allocation.Binding binding = allocation.binding(number, peer);
        if (binding == Allocation.Binding.TAKEN || sibling != null && sibling.routeOf(number) != null) {
            return bad();
        }
        if (binding == Allocation.Binding.TOO_MANY) {
            return refusals.refuse(TurnReason.TOO_MANY_CHANNELS, ErrorCode.INSUFFICIENT_CAPACITY);
        }
        PeerRoute route = allocation.permit(peer, nowNanos) ? server.route(allocation, peer) : null;
        if (route == null) {
            return refusals.refuse(TurnReason.TOO_MANY_PERMISSIONS, ErrorCode.INSUFFICIENT_CAPACITY);
        }
        allocation.bind(number, route, nowNanos);
        server.schedule(allocation);
        return done();
    }

    private boolean bad() {
        return refusals.refuse(TurnReason.BAD_REQUEST, ErrorCode.BAD_REQUEST);
    }

    private boolean done() {
        refusals.reply().success();
        refusals.reply().finish();
        return true;
    }
}
