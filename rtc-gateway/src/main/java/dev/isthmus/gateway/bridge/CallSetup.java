package dev.isthmus.gateway.bridge;

import dev.isthmus.gateway.GatewayReason;
import dev.isthmus.gateway.rtp.NtpClock;
import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.time.RandomSource;

/**
 * What a call is made of.
 *
 * @param id stands in every event and in the resource's address
 * @param endpoint the plain side, its sessions with real addresses
 * @param counters the loop's
 * @param random for SSRCs and first numbers
 * @param clock for sender reports
 * @param cname of what the gateway sends to the plain side
 */
public record CallSetup(String id, Endpoint endpoint, Counters<GatewayReason> counters, RandomSource random, NtpClock clock,
        String cname) {}
