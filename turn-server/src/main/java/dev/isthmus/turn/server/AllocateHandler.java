package dev.isthmus.turn.server;

import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.stun.StunAttribute;
import dev.isthmus.ice.stun.StunMessage;
import dev.isthmus.ice.stun.StunWriter;
import dev.isthmus.ice.time.RandomSource;
import dev.isthmus.ice.turn.ErrorCode;
import dev.isthmus.ice.turn.TurnAttribute;
import dev.isthmus.turn.allocation.Allocation;
import dev.isthmus.turn.allocation.Reservations;
import dev.isthmus.turn.auth.Credential;
import dev.isthmus.turn.auth.AllocationQuota;
import dev.isthmus.turn.auth.Bandwidth;
import dev.isthmus.turn.auth.Sources;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Allocate requests (RFC 8656, section 7.2, by its steps; the first, authentication, has been taken). */
final class AllocateHandler {
    private final TurnServer server;
    private final TurnConfig config;
    private final AllocationQuota quota;
    private final Bandwidth bandwidth;
    private final RandomSource random;
    private final Reservations reservations;
    private final RelayOpener opener;
    private final Refusals refusals;
    private final Mobility mobility;
    private int nextAlternate;

    /** What a request asks for, once it has been found sound. */
    private record Wanted(boolean ipv4, boolean additional, boolean tcp, RelayOpener.Port port,
            Reservations.@Nullable Reservation reserved) {}

    /** Why a request is refused. */
    private record Refusal(TurnReason reason, ErrorCode code) {}

    private static final Refusal BAD = new Refusal(TurnReason.BAD_REQUEST, ErrorCode.BAD_REQUEST);

    AllocateHandler(TurnServer server, TurnServer.Parts parts, Mobility mobility, Refusals refusals) {
        this.server = server;
        this.config = parts.config();
        this.quota = parts.tables().quota();
        this.bandwidth = parts.tables().bandwidth();
        this.random = parts.random();
        this.reservations = parts.tables().reservations();
        this.opener = new RelayOpener(parts, server.counters());
        this.refusals = refusals;
        this.mobility = mobility;
    }

    boolean onRequest(StunMessage request, AddressKey client, @Nullable Allocation existing, Credential credential, long nowNanos,
            long wallMillis) {
        if (existing != null) {
            if (!existing.madeBy(request.transactionHigh(), request.transactionLow())) {
                return refusals.refuse(TurnReason.ALLOCATION_EXISTS, ErrorCode.ALLOCATION_MISMATCH);
            }
            return answer(request, existing, nowNanos); // a retransmission: the same answer without a second effect
        }
        TransportAddress elsewhere = alternate(client);
        if (elsewhere != null) {
            return redirect(elsewhere);
        }
        Refusal refusal = flaw(request, client);
        if (refusal != null) {
            return refusals.refuse(refusal.reason(), refusal.code());
        }
        reservations.expire(nowNanos); // which may be this user's own, and count against its quota
        Wanted wanted = wanted(request, nowNanos);
        if (request.has(TurnAttribute.RESERVATION_TOKEN) && wanted.reserved() == null) {
            return refusals.refuse(TurnReason.NO_RESERVATION, ErrorCode.INSUFFICIENT_CAPACITY);
        }
        String source = Sources.of(client.remote());
        int count = wanted.port() == RelayOpener.Port.EVEN_AND_NEXT ? 2 : 1; // the reserved port is one more
        AllocationQuota.Verdict verdict = quota.take(credential.username(), credential.policy().maxAllocations(), source, count);
        if (verdict != AllocationQuota.Verdict.GRANTED) {
            if (wanted.reserved() != null) {
                Reservations.discard(wanted.reserved());
            }
            return refuse(verdict);
        }
        long expires = nowNanos + TimeUnit.SECONDS.toNanos(Lifetimes.seconds(request, credential, wallMillis));
        Allocation allocation = open(request, client.copy(), wanted, credential, expires, nowNanos);
        if (allocation == null) {
            quota.give(credential.username(), source, count);
            return refusals.refuse(TurnReason.NO_CAPACITY, ErrorCode.INSUFFICIENT_CAPACITY);
        }
        if (request.has(TurnAttribute.MOBILITY_TICKET)) {
            mobility.renew(allocation);
        }
        limitBandwidth(allocation, bandwidth.join(credential.username(), source, nowNanos));
        server.add(allocation);
        return answer(request, allocation, nowNanos);
    }

    private boolean refuse(AllocationQuota.Verdict verdict) {
        return switch (verdict) {
            case ADDRESS_HAS_MOST -> refusals.refuse(TurnReason.ADDRESS_QUOTA_REACHED, ErrorCode.ALLOCATION_QUOTA_REACHED);
            case FULL -> refusals.refuse(TurnReason.SERVER_FULL, ErrorCode.INSUFFICIENT_CAPACITY);
            default -> refusals.refuse(TurnReason.QUOTA_REACHED, ErrorCode.ALLOCATION_QUOTA_REACHED);
        };
    }

    static void limitBandwidth(Allocation allocation, Bandwidth.@Nullable Share share) {
        Allocation sibling = allocation.sibling();
        if (share != null) {
            allocation.extras().bandwidth(share);
            if (sibling != null) {
                sibling.extras().bandwidth(share);
            }
        }
    }

    /** RFC 8489, section 10: another server of the family that the client came by; each in turn. */
    private @Nullable TransportAddress alternate(AddressKey client) {
        List<TransportAddress> fitting = config.alternates().stream().filter(a -> a.ipv4() == client.ipv4()).toList();
        return fitting.isEmpty() ? null : fitting.get(Math.floorMod(nextAlternate++, fitting.size()));
    }

    private boolean redirect(TransportAddress elsewhere) {
        server.counters().count(TurnReason.REDIRECTED);
        refusals.reply().error(ErrorCode.TRY_ALTERNATE).address(StunAttribute.ALTERNATE_SERVER, elsewhere);
        refusals.reply().finish();
        return true;
    }

    /** Steps 3 to 9 as far as they concern the request alone. */
    private @Nullable Refusal flaw(StunMessage request, AddressKey client) {
        int transport = request.find(TurnAttribute.REQUESTED_TRANSPORT);
        if (transport < 0 || request.valueLength(transport) != 4) {
            return BAD;
        }
        boolean tcp = config.features().tcp() && request.buffer().get(transport) == TurnAttribute.TRANSPORT_TCP;
        if (!tcp && request.buffer().get(transport) != TurnAttribute.TRANSPORT_UDP) {
            return new Refusal(TurnReason.UNSUPPORTED_TRANSPORT, ErrorCode.UNSUPPORTED_TRANSPORT);
        }
        if (tcp && !mayRelayTcp(request, client)) {
            return BAD;
        }
        if (request.has(TurnAttribute.MOBILITY_TICKET)) {
            if (request.valueLength(request.find(TurnAttribute.MOBILITY_TICKET)) != 0) {
                return BAD;
            }
            if (!mobility.allowed()) {
                return new Refusal(TurnReason.MOBILITY_FORBIDDEN, ErrorCode.MOBILITY_FORBIDDEN);
            }
        }
        return flawOfAddress(request);
    }

    /** RFC 6062, section 5.1. */
    private static boolean mayRelayTcp(StunMessage request, AddressKey client) {
        return client.isStream() && !request.has(TurnAttribute.EVEN_PORT) && !request.has(TurnAttribute.DONT_FRAGMENT)
                && !request.has(TurnAttribute.RESERVATION_TOKEN) && !request.has(TurnAttribute.ADDITIONAL_ADDRESS_FAMILY);
    }

    private @Nullable Refusal flawOfAddress(StunMessage request) {
        int token = request.find(TurnAttribute.RESERVATION_TOKEN);
        int even = request.find(TurnAttribute.EVEN_PORT);
        int family = request.find(TurnAttribute.REQUESTED_ADDRESS_FAMILY);
        int additional = request.find(TurnAttribute.ADDITIONAL_ADDRESS_FAMILY);
        if (token >= 0 && (even >= 0 || family >= 0 || additional >= 0 || request.valueLength(token) != 8)) {
            return BAD;
        }
        if (family >= 0 && (additional >= 0 || request.valueLength(family) != 4)) {
            return BAD;
        }
        if (even >= 0 && (request.valueLength(even) != 1 || additional >= 0 && request.buffer().get(even) < 0)) {
            return BAD;
        }
        if (additional >= 0) {
            return request.valueLength(additional) == 4 && request.buffer().get(additional) == TurnAttribute.FAMILY_IPV6 ? null : BAD;
        }
        int number = family < 0 ? 0 : request.buffer().get(family);
        boolean known = family < 0 || number == TurnAttribute.FAMILY_IPV4 || number == TurnAttribute.FAMILY_IPV6;
        boolean offered = token >= 0 || opener.offers(family < 0 ? config.features().defaultIpv4() : number == TurnAttribute.FAMILY_IPV4);
        return known && offered ? null : new Refusal(TurnReason.UNSUPPORTED_FAMILY, ErrorCode.ADDRESS_FAMILY_NOT_SUPPORTED);
    }

    private Wanted wanted(StunMessage request, long nowNanos) {
        boolean additional = request.has(TurnAttribute.ADDITIONAL_ADDRESS_FAMILY);
        int family = request.find(TurnAttribute.REQUESTED_ADDRESS_FAMILY);
        boolean ipv4 = family < 0
                ? additional || config.features().defaultIpv4()
                : request.buffer().get(family) == TurnAttribute.FAMILY_IPV4;
        int even = request.find(TurnAttribute.EVEN_PORT);
        RelayOpener.Port port = even < 0
                ? RelayOpener.Port.ANY
                : request.buffer().get(even) < 0 ? RelayOpener.Port.EVEN_AND_NEXT : RelayOpener.Port.EVEN;
        Reservations.Reservation reserved = request.has(TurnAttribute.RESERVATION_TOKEN)
                ? reservations.take(request.longValue(TurnAttribute.RESERVATION_TOKEN), nowNanos)
                : null;
        boolean tcp = request.buffer().get(request.find(TurnAttribute.REQUESTED_TRANSPORT)) == TurnAttribute.TRANSPORT_TCP;
        return new Wanted(ipv4, additional, tcp, port, reserved);
    }

    private @Nullable Allocation open(StunMessage request, AddressKey client, Wanted wanted, Credential credential, long expires,
            long nowNanos) {
        Allocation.Maker maker = new Allocation.Maker(client, credential, request.transactionHigh(), request.transactionLow(), expires,
                wanted.tcp());
        if (wanted.reserved() != null) {
            return opener.reserved(maker, wanted.reserved());
        }
        if (wanted.port() == RelayOpener.Port.EVEN_AND_NEXT) {
            return opener.pair(maker, wanted.ipv4(), random.nextLong(), nowNanos);
        }
        Allocation first = opener.open(maker, wanted.ipv4(), wanted.port() == RelayOpener.Port.EVEN);
        if (!wanted.additional()) {
            return first;
        }
        Allocation second = opener.open(maker, !wanted.ipv4(), wanted.port() == RelayOpener.Port.EVEN);
        if (first != null && second != null) {
            first.join(second);
        }
        return first != null ? first : second;
    }

    private boolean answer(StunMessage request, Allocation allocation, long nowNanos) {
        AddressKey client = allocation.client();
        Allocation sibling = allocation.sibling();
        Reply reply = refusals.reply();
        StunWriter writer = reply.success().xorAddress(TurnAttribute.XOR_RELAYED_ADDRESS, allocation.relayed());
        if (sibling != null) {
            writer.xorAddress(TurnAttribute.XOR_RELAYED_ADDRESS, sibling.relayed());
        } else if (request.has(TurnAttribute.ADDITIONAL_ADDRESS_FAMILY)) {
            boolean missing = !allocation.relayed().ipv4();
            ErrorCode code = opener.offers(missing) ? ErrorCode.INSUFFICIENT_CAPACITY : ErrorCode.ADDRESS_FAMILY_NOT_SUPPORTED;
            writer.addressError(TurnAttribute.ADDRESS_ERROR_CODE, missing ? TurnAttribute.FAMILY_IPV4 : TurnAttribute.FAMILY_IPV6,
                    code.code(), code.phrase());
        }
        writer.int32(TurnAttribute.LIFETIME, secondsLeft(allocation, nowNanos));
        if (allocation.reservationToken() != 0) {
            writer.int64(TurnAttribute.RESERVATION_TOKEN, allocation.reservationToken());
        }
        Mobility.write(writer, allocation);
        writer.xorAddress(StunAttribute.XOR_MAPPED_ADDRESS, client.ipv4(), client.remoteHigh(), client.remoteLow(), client.remotePort());
        reply.finish();
        return true;
    }

    private static long secondsLeft(Allocation allocation, long nowNanos) {
        return Math.max(0, TimeUnit.NANOSECONDS.toSeconds(allocation.expires() - nowNanos));
    }
}
