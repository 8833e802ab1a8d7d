package dev.isthmus.gateway.net;

import dev.isthmus.gateway.bridge.CallView;
import dev.isthmus.ice.dtls.bc.DtlsCertificate;
import dev.isthmus.ice.dtls.bc.HandshakeWorkers;
import dev.isthmus.ice.time.RandomSource;
import dev.isthmus.ice.time.WallClock;
import java.util.function.Consumer;

/**
 * What all loops of a gateway share.
 *
 * @param certificate one for all calls of this process
 * @param workers that run handshakes
 * @param plainRange where plain ports are taken from
 * @param ended is told the last state of every call, on the call's loop
 */
record GatewayParts(DtlsCertificate certificate, HandshakeWorkers workers, PlainPorts.Range plainRange, RandomSource random,
        WallClock wallClock, Consumer<CallView> ended) {}
