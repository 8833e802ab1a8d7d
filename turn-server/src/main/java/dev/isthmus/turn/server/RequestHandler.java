package dev.isthmus.turn.server;

import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.stun.StunAttribute;
import dev.isthmus.ice.stun.StunMessage;
import dev.isthmus.ice.stun.StunWriter;
import dev.isthmus.ice.time.RandomSource;
import dev.isthmus.ice.turn.ChannelData;
import dev.isthmus.ice.turn.TurnAttribute;
import dev.isthmus.turn.allocation.Allocation;
import dev.isthmus.turn.allocation.PeerRoute;
import dev.isthmus.turn.allocation.PortPool;
import dev.isthmus.turn.allocation.RelaySockets;
import dev.isthmus.turn.auth.Credential;
import dev.isthmus.turn.auth.Quota;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The TURN requests: Allocate, Refresh, CreatePermission, ChannelBind (RFC 8656, sections 7 to 12). */
final class RequestHandler {
    private static final int DEFAULT_LIFETIME = 600;
    private static final int PORT_TRIES = 16;

    private final TurnServer server;
    private final TurnConfig config;
    private final Quota quota;
    private final PortPool ports;
    private final RelaySockets sockets;
    private final RandomSource random;
    private final Authenticator authenticator;
    private final Reply reply;
    private int nextRelay;

    RequestHandler(TurnServer server, TurnServer.Parts parts, Authenticator authenticator, Reply reply) {
        this.server = server;
        this.config = parts.config();
        this.quota = parts.quota();
        this.ports = parts.ports();
        this.sockets = parts.sockets();
        this.random = parts.random();
        this.authenticator = authenticator;
        this.reply = reply;
    }

    /** Handles a request; returns whether an answer stands in the reply buffer. */
    boolean onRequest(StunMessage request, AddressKey client, long nowNanos, long wallMillis) {
        if (!offered(request.method())) {
            server.counters().count(TurnReason.UNKNOWN_METHOD);
            return false;
        }
        if (config.credentials().isEmpty()) {
            return refuse(request, TurnReason.RELAYING_DISABLED, 403, "Forbidden", null);
        }
        Allocation held = server.allocation(client);
        TurnReason failure = authenticator.check(request, client, held == null ? null : held.credential(), wallMillis);
        if (failure != null) {
            return challenge(request, client, failure, wallMillis);
        }
        Credential credential = authenticator.credential();
        int[] unknown = request.unknownRequired(RequestHandler::known);
        if (unknown.length > 0) {
            server.counters().count(TurnReason.UNKNOWN_ATTRIBUTE);
            reply.error(request, 420, "Unknown Attribute").unknownAttributes(unknown);
            reply.finish(request, credential.key());
            return true;
        }
        if (request.method() == TurnAttribute.METHOD_ALLOCATE) {
            return allocate(request, client, held, credential, nowNanos);
        }
        Allocation allocation = held;
        if (allocation == null) {
            return refuse(request, TurnReason.NO_ALLOCATION, 437, "Allocation Mismatch", credential.key());
        }
        if (!allocation.credential().username().equals(credential.username())) {
            return refuse(request, TurnReason.WRONG_USER, 441, "Wrong Credentials", credential.key());
        }
        return switch (request.method()) {
            case TurnAttribute.METHOD_REFRESH -> refresh(request, allocation, nowNanos);
            case TurnAttribute.METHOD_CREATE_PERMISSION -> createPermission(request, allocation, nowNanos);
            default -> channelBind(request, allocation, nowNanos);
        };
    }

    private static boolean offered(int method) {
        return method == TurnAttribute.METHOD_ALLOCATE || method == TurnAttribute.METHOD_REFRESH
                || method == TurnAttribute.METHOD_CREATE_PERMISSION || method == TurnAttribute.METHOD_CHANNEL_BIND;
    }

    private static boolean known(int type) {
        return switch (type) {
            case StunAttribute.USERNAME, StunAttribute.MESSAGE_INTEGRITY, StunAttribute.REALM, StunAttribute.NONCE,
                    TurnAttribute.CHANNEL_NUMBER, TurnAttribute.LIFETIME, TurnAttribute.XOR_PEER_ADDRESS,
                    TurnAttribute.REQUESTED_ADDRESS_FAMILY, TurnAttribute.REQUESTED_TRANSPORT, TurnAttribute.EVEN_PORT ->
                true;
            default -> false;
        };
    }

    private boolean challenge(StunMessage request, AddressKey client, TurnReason failure, long wallMillis) {
        if (failure == TurnReason.INCOMPLETE_CREDENTIALS) {
            return refuse(request, failure, 400, "Bad Request", null);
        }
        server.counters().count(failure);
        boolean stale = failure == TurnReason.STALE_NONCE;
        StunWriter writer = stale ? reply.error(request, 438, "Stale Nonce") : reply.error(request, 401, "Unauthorized");
        writer.text(StunAttribute.REALM, authenticator.realm());
        writer.bytes(StunAttribute.NONCE, authenticator.nonce(client, wallMillis));
        reply.finish(request, null);
        return true;
    }

    private boolean refuse(StunMessage request, TurnReason reason, int code, String phrase, byte @Nullable [] key) {
        server.counters().count(reason);
        reply.error(request, code, phrase);
        reply.finish(request, key);
        return true;
    }

    /** Section 7.2, by its steps; the first, authentication, has been taken. */
    private boolean allocate(StunMessage request, AddressKey client, @Nullable Allocation existing, Credential credential, long nowNanos) {
        byte[] key = credential.key();
        if (existing != null) {
            if (!existing.madeBy(request.transactionHigh(), request.transactionLow())) {
                return refuse(request, TurnReason.ALLOCATION_EXISTS, 437, "Allocation Mismatch", key);
            }
            return allocated(request, existing, nowNanos); // a retransmission: the same answer without a second effect
        }
        int transport = request.find(TurnAttribute.REQUESTED_TRANSPORT);
        if (transport < 0 || request.valueLength(transport) != 4) {
            return refuse(request, TurnReason.BAD_REQUEST, 400, "Bad Request", key);
        }
        if (request.buffer().get(transport) != TurnAttribute.TRANSPORT_UDP) {
            return refuse(request, TurnReason.UNSUPPORTED_TRANSPORT, 442, "Unsupported Transport Protocol", key);
        }
        int family = request.find(TurnAttribute.REQUESTED_ADDRESS_FAMILY);
        if (family >= 0 && (request.valueLength(family) != 4 || request.buffer().get(family) != TurnAttribute.FAMILY_IPV4)) {
            return refuse(request, TurnReason.UNSUPPORTED_FAMILY, 440, "Address Family not Supported", key);
        }
        int even = request.find(TurnAttribute.EVEN_PORT);
        if (even >= 0 && request.valueLength(even) > 0 && request.buffer().get(even) < 0) {
            return refuse(request, TurnReason.NO_CAPACITY, 508, "Insufficient Capacity", key); // the next port cannot be reserved
        }
        if (!quota.take(credential.username(), credential.policy().maxAllocations())) {
            return refuse(request, TurnReason.QUOTA_REACHED, 486, "Allocation Quota Reached", key);
        }
        long expires = nowNanos + TimeUnit.SECONDS.toNanos(lifetime(request, credential));
        Allocation allocation = open(request, client.copy(), credential, expires);
        if (allocation == null) {
            quota.give(credential.username());
            return refuse(request, TurnReason.NO_CAPACITY, 508, "Insufficient Capacity", key);
        }
        server.add(allocation);
        server.schedule(allocation);
        return allocated(request, allocation, nowNanos);
    }

    private @Nullable Allocation open(StunMessage request, AddressKey client, Credential credential, long expires) {
        TurnConfig.RelayAddress relay = config.relays().get(Math.floorMod(nextRelay++, config.relays().size()));
        for (int i = 0; i < PORT_TRIES; i++) {
            int port = ports.take(request.has(TurnAttribute.EVEN_PORT), random);
            if (port < 0) {
                return null;
            }
            Allocation allocation = new Allocation(client, relay.advertise().withPort(port), credential, request.transactionHigh(),
                    request.transactionLow(), expires);
            RelaySockets.RelaySocket socket = sockets.open(allocation, relay.bind().withPort(port));
            if (socket != null) {
                allocation.socket(socket);
                return allocation;
            }
            ports.give(port);
            server.counters().count(TurnReason.RELAY_BIND_FAILED);
        }
        return null;
    }

    void returnParts(Allocation allocation) {
        ports.give(allocation.relayed().port());
        quota.give(allocation.credential().username());
    }

    private boolean allocated(StunMessage request, Allocation allocation, long nowNanos) {
        AddressKey client = allocation.client();
        reply.success(request).xorAddress(TurnAttribute.XOR_RELAYED_ADDRESS, allocation.relayed())
                .int32(TurnAttribute.LIFETIME, secondsLeft(allocation, nowNanos)).xorAddress(StunAttribute.XOR_MAPPED_ADDRESS,
                        client.ipv4(), client.remoteHigh(), client.remoteLow(), client.remotePort());
        reply.finish(request, allocation.credential().key());
        return true;
    }

    private static long secondsLeft(Allocation allocation, long nowNanos) {
        return Math.max(0, TimeUnit.NANOSECONDS.toSeconds(allocation.expires() - nowNanos));
    }

    /** The lifetime asked for, at least the default (section 7.2), at most what the policy of the credential allows. */
    private static long lifetime(StunMessage request, Credential credential) {
        long wanted = request.unsignedInt(TurnAttribute.LIFETIME, DEFAULT_LIFETIME);
        return Math.max(1, Math.min(Math.max(wanted, DEFAULT_LIFETIME), credential.policy().maxLifetimeSeconds()));
    }

    private boolean refresh(StunMessage request, Allocation allocation, long nowNanos) {
        byte[] key = allocation.credential().key();
        int family = request.find(TurnAttribute.REQUESTED_ADDRESS_FAMILY);
        if (family >= 0 && (request.valueLength(family) != 4 || request.buffer().get(family) != TurnAttribute.FAMILY_IPV4)) {
            return refuse(request, TurnReason.WRONG_FAMILY, 443, "Peer Address Family Mismatch", key);
        }
        long lifetime = 0;
        if (request.unsignedInt(TurnAttribute.LIFETIME, DEFAULT_LIFETIME) == 0) {
            server.release(allocation);
        } else {
            lifetime = lifetime(request, allocation.credential());
            allocation.expires(nowNanos + TimeUnit.SECONDS.toNanos(lifetime));
            server.schedule(allocation);
        }
        reply.success(request).int32(TurnAttribute.LIFETIME, lifetime);
        reply.finish(request, key);
        return true;
    }

    /** Section 10.2: all peer addresses or none. */
    private boolean createPermission(StunMessage request, Allocation allocation, long nowNanos) {
        byte[] key = allocation.credential().key();
        @Nullable
        TransportAddress[] wanted = request.xorAddresses(TurnAttribute.XOR_PEER_ADDRESS);
        List<TransportAddress> peers = new ArrayList<>();
        if (wanted.length == 0) {
            return refuse(request, TurnReason.BAD_REQUEST, 400, "Bad Request", key);
        }
        for (TransportAddress peer : wanted) {
            if (peer == null) {
                return refuse(request, TurnReason.BAD_REQUEST, 400, "Bad Request", key);
            }
            if (peer.ipv4() != allocation.relayed().ipv4()) {
                return refuse(request, TurnReason.WRONG_FAMILY, 443, "Peer Address Family Mismatch", key);
            }
            if (!admitsHost(allocation.credential(), peer)) {
                return refuse(request, TurnReason.PEER_FORBIDDEN, 403, "Forbidden", key);
            }
            peers.add(peer);
        }
        if (!allocation.roomForPermissions(peers)) {
            return refuse(request, TurnReason.NO_CAPACITY, 508, "Insufficient Capacity", key);
        }
        peers.forEach(peer -> allocation.permit(peer, nowNanos));
        server.schedule(allocation);
        reply.success(request);
        reply.finish(request, key);
        return true;
    }

    /** Section 12.2. */
    private boolean channelBind(StunMessage request, Allocation allocation, long nowNanos) {
        byte[] key = allocation.credential().key();
        int at = request.find(TurnAttribute.CHANNEL_NUMBER);
        TransportAddress peer = request.xorAddress(TurnAttribute.XOR_PEER_ADDRESS);
        if (at < 0 || request.valueLength(at) != 4 || peer == null) {
            return refuse(request, TurnReason.BAD_REQUEST, 400, "Bad Request", key);
        }
        int number = request.buffer().getShort(at) & 0xffff;
        if (!ChannelData.validChannel(number)) {
            return refuse(request, TurnReason.BAD_REQUEST, 400, "Bad Request", key);
        }
        if (peer.ipv4() != allocation.relayed().ipv4()) {
            return refuse(request, TurnReason.WRONG_FAMILY, 443, "Peer Address Family Mismatch", key);
        }
        if (!admitsEndpoint(allocation.credential(), peer)) {
            return refuse(request, TurnReason.PEER_FORBIDDEN, 403, "Forbidden", key);
        }
        Allocation.Binding binding = allocation.binding(number, peer);
        if (binding == Allocation.Binding.TAKEN) {
            return refuse(request, TurnReason.BAD_REQUEST, 400, "Bad Request", key);
        }
        boolean permitted = binding == Allocation.Binding.FREE && allocation.permit(peer, nowNanos);
        PeerRoute route = permitted ? server.route(allocation, peer) : null;
        if (route == null) {
            return refuse(request, TurnReason.NO_CAPACITY, 508, "Insufficient Capacity", key);
        }
        allocation.bind(number, route, nowNanos);
        server.schedule(allocation);
        reply.success(request);
        reply.finish(request, key);
        return true;
    }

    /** Whether any port of the host may be a peer: what a permission, which has no port, asks. */
    private boolean admitsHost(Credential credential, TransportAddress peer) {
        return credential.policy().exact() ? credential.policy().namesHost(peer) : config.peers().admits(peer);
    }

    /** Whether this address and port may be a peer. */
    boolean admitsEndpoint(Credential credential, TransportAddress peer) {
        return credential.policy().exact() ? credential.policy().names(peer) : config.peers().admits(peer);
    }
}
