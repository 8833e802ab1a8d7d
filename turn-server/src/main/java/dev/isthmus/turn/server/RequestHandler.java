package dev.isthmus.turn.server;

import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.stun.PasswordAlgorithm;
import dev.isthmus.ice.stun.StunAttribute;
import dev.isthmus.ice.stun.StunMessage;
import dev.isthmus.ice.stun.StunWriter;
import dev.isthmus.ice.turn.ErrorCode;
import dev.isthmus.ice.turn.TurnAttribute;
import dev.isthmus.turn.allocation.Allocation;
import dev.isthmus.turn.allocation.Tickets;
import dev.isthmus.turn.auth.AnswerLimiter;
import dev.isthmus.turn.auth.Credential;
import dev.isthmus.turn.auth.Lookups;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What all TURN requests have in common (RFC 8656, section 5): who asks, for which allocation, with which attributes. */
final class RequestHandler {
    /** What nobody has proven anything for is answered with no more than this, headers of the network aside. */
    private static final int LARGEST_CHALLENGE = 100;

    private final TurnServer server;
    private final boolean relaying;
    private final Authenticator authenticator;
    private final AnswerLimiter limiter;
    private final Reply reply;
    private final Refusals refusals;
    private final AllocateHandler allocate;
    private final RefreshHandler refresh;
    private final PeerRequests peers;
    private final Mobility mobility;
    private final boolean tcpOffered;
    private final TcpRelays tcp;

    RequestHandler(TurnServer server, TurnServer.Parts parts, Authenticator authenticator, Mobility mobility, Reply reply) {
        this.server = server;
        this.relaying = !parts.config().credentials().isEmpty();
        this.authenticator = authenticator;
        this.limiter = parts.tables().limiter();
        this.reply = reply;
        this.refusals = new Refusals(server.counters(), reply);
        this.mobility = mobility;
        this.allocate = new AllocateHandler(server, parts, mobility, refusals);
        this.refresh = new RefreshHandler(server, refusals);
        this.tcpOffered = parts.config().features().tcp();
        this.tcp = new TcpRelays(server, parts, refusals);
        this.peers = new PeerRequests(server, parts.config(), refusals);
    }

    /** Handles a request; returns whether an answer stands in the reply buffer. */
    boolean onRequest(StunMessage request, AddressKey client, long nowNanos, long wallMillis) {
        reply.to(request);
        if (!offered(request.method())) {
            server.counters().count(TurnReason.UNKNOWN_METHOD);
            return false;
        }
        if (!relaying) {
            return unproven(TurnReason.RELAYING_DISABLED, ErrorCode.FORBIDDEN, client, nowNanos);
        }
        Allocation held = server.allocation(client);
        Allocation meant = held == null ? moved(request) : held;
        TurnReason failure = authenticator.check(request, client, meant == null ? null : meant.credential(), nowNanos, wallMillis);
        if (failure != null) {
            return refuse(request, client, failure, nowNanos, wallMillis);
        }
        Credential credential = authenticator.credential();
        reply.signed(credential.key(), authenticator.sha256Answer());
        int[] unknown = request.unknownRequired(RequestHandler::known);
        if (unknown.length > 0) {
            server.counters().count(TurnReason.UNKNOWN_ATTRIBUTE);
            reply.unknown(unknown);
            return true;
        }
        if (request.method() == TurnAttribute.METHOD_ALLOCATE) {
            return allocate.onRequest(request, client, held, credential, nowNanos, wallMillis);
        }
        if (request.method() == TurnAttribute.METHOD_CONNECTION_BIND) {
            return tcp.onConnectionBind(request, client, credential);
        }
        return onAllocation(request, client, meant, credential, nowNanos, wallMillis);
    }

    /** The allocation of a client that has come to another five-tuple, as its ticket says, or null. */
    private @Nullable Allocation moved(StunMessage request) {
        Tickets.Holder holder = request.method() == TurnAttribute.METHOD_REFRESH ? mobility.holder(request) : null;
        return holder != null && mobility.isHere(holder) ? holder.allocation() : null;
    }

    private boolean onAllocation(StunMessage request, AddressKey client, @Nullable Allocation allocation, Credential credential,
            long nowNanos, long wallMillis) {
        if (allocation == null) {
            if (request.method() == TurnAttribute.METHOD_REFRESH && request.has(TurnAttribute.MOBILITY_TICKET)) {
                return refusals.refuse(TurnReason.BAD_TICKET, ErrorCode.BAD_REQUEST);
            }
            return refusals.refuse(TurnReason.NO_ALLOCATION, ErrorCode.ALLOCATION_MISMATCH);
        }
        if (!allocation.credential().username().equals(credential.username())) {
            return refusals.refuse(TurnReason.WRONG_USER, ErrorCode.WRONG_CREDENTIALS);
        }
        return switch (request.method()) {
            case TurnAttribute.METHOD_REFRESH -> refresh.onRequest(request, client, allocation, nowNanos, wallMillis);
            case TurnAttribute.METHOD_CREATE_PERMISSION -> peers.onCreatePermission(request, allocation, nowNanos);
            case TurnAttribute.METHOD_CONNECT -> tcp.onConnect(request, allocation, nowNanos);
            default -> peers.onChannelBind(request, allocation, nowNanos);
        };
    }

    TcpRelays tcp() {
        return tcp;
    }

    /** Returns what the last request waits for, which was not answered, or null; it is told once. */
    Lookups.@Nullable Answer takeAwaited() {
        return authenticator.takeAwaited();
    }

    private boolean offered(int method) {
        boolean ofTcp = method == TurnAttribute.METHOD_CONNECT || method == TurnAttribute.METHOD_CONNECTION_BIND;
        return ofTcp && tcpOffered || method == TurnAttribute.METHOD_ALLOCATE || method == TurnAttribute.METHOD_REFRESH
                || method == TurnAttribute.METHOD_CREATE_PERMISSION || method == TurnAttribute.METHOD_CHANNEL_BIND;
    }

    private static boolean known(int type) {
        return switch (type) {
            case StunAttribute.USERNAME, StunAttribute.USERHASH, StunAttribute.REALM, StunAttribute.NONCE, StunAttribute.PASSWORD_ALGORITHM,
                    TurnAttribute.CHANNEL_NUMBER, TurnAttribute.LIFETIME, TurnAttribute.XOR_PEER_ADDRESS,
                    TurnAttribute.REQUESTED_ADDRESS_FAMILY, TurnAttribute.REQUESTED_TRANSPORT, TurnAttribute.EVEN_PORT,
                    TurnAttribute.RESERVATION_TOKEN, TurnAttribute.DONT_FRAGMENT, TurnAttribute.CONNECTION_ID ->
                true;
            default -> false;
        };
    }

    private boolean refuse(StunMessage request, AddressKey client, TurnReason failure, long nowNanos, long wallMillis) {
        return switch (failure) {
            case LOOKUP_STARTED, LOOKUP_AWAITED -> { // its repetition, or who holds it back, finds the answer
                server.counters().count(failure);
                yield false;
            }
            case LOOKUP_FAILED, LOOKUPS_BUSY, LOOKUP_WITHHELD -> {
                if (client.isStream()) { // where nothing is repeated
                    yield unproven(failure, ErrorCode.SERVER_ERROR, client, nowNanos);
                }
                server.counters().count(failure);
                yield false;
            }
            case NONCE_BEFORE_LOOKUP ->
                mayAnswer(failure, client, nowNanos) && challenge(request, client, ErrorCode.STALE_NONCE, wallMillis);
            case REVOKED -> {
                server.revoke(authenticator.credential().username());
                yield challenge(request, client, ErrorCode.UNAUTHENTICATED, wallMillis);
            }
            case INCOMPLETE_CREDENTIALS, BAD_PASSWORD_ALGORITHM -> unproven(failure, ErrorCode.BAD_REQUEST, client, nowNanos);
            case STALE_NONCE -> { // the integrity was right
                server.counters().count(failure);
                yield challenge(request, client, ErrorCode.STALE_NONCE, wallMillis);
            }
            default -> mayAnswer(failure, client, nowNanos) && challenge(request, client, ErrorCode.UNAUTHENTICATED, wallMillis);
        };
    }

    private boolean unproven(TurnReason reason, ErrorCode code, AddressKey client, long nowNanos) {
        if (!mayAnswer(reason, client, nowNanos)) {
            return false;
        }
        reply.error(code);
        reply.finish();
        return true;
    }

    private boolean mayAnswer(TurnReason reason, AddressKey client, long nowNanos) {
        server.counters().count(reason);
        boolean answered = limiter.take(client, nowNanos);
        if (!answered) {
            server.counters().count(TurnReason.ANSWER_WITHHELD);
        }
        return answered;
    }

    private boolean challenge(StunMessage request, AddressKey client, ErrorCode code, long wallMillis) {
        byte[] realm = authenticator.realm().getBytes(StandardCharsets.UTF_8);
        byte[] nonce = authenticator.nonce(client, wallMillis);
        List<PasswordAlgorithm> offered = authenticator.offered();
        int rest = 28 + attribute(realm.length) + attribute(nonce.length) + (offered.isEmpty() ? 0 : attribute(4 * offered.size()))
                + (request.hasFingerprint() ? 8 : 0);
        boolean room = rest + attribute(code.phrase().length()) - 4 <= LARGEST_CHALLENGE;
        StunWriter writer = reply.error(code, room ? code.phrase() : "");
        writer.bytes(StunAttribute.REALM, realm).bytes(StunAttribute.NONCE, nonce);
        if (!offered.isEmpty()) {
            writer.passwordAlgorithms(offered);
        }
        reply.finish();
        return true;
    }

    private static int attribute(int length) {
        return 4 + (length + 3 & ~3);
    }
}
