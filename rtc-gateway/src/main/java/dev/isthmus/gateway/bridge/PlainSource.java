package dev.isthmus.gateway.bridge;

import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.TransportAddress;
import org.jspecify.annotations.Nullable;

/** Who may send to a plain port, and where the gateway sends: the source rule of one RTP session with what it has learned. */
final class PlainSource {
    private final Endpoint.Session session;
    private final AddressKey learned = new AddressKey();
    private final AddressKey rtpTarget = new AddressKey();
    private final AddressKey rtcpTarget = new AddressKey();
    private boolean targetKnown;
    private boolean latched;

    PlainSource(Endpoint.Session session) {
        this.session = session;
        TransportAddress send = session.send();
        if (send != null) {
            aim(send);
        }
    }

    private void aim(TransportAddress target) {
        rtpTarget.setRemote(target);
        rtcpTarget.setRemote(session.rtcp() == Endpoint.RtcpPort.MUX ? target : target.withPort(target.port() + 1));
        targetKnown = true;
    }

    /** Returns whether an RTP packet with a negotiated payload type may come from there; the first such packet fixes the address. */
    boolean admitsRtp(AddressKey key) {
        if (session.source() == Endpoint.SourceRule.ANY) {
            if (session.send() == null && (!latched || !sameRemote(key))) {
                learn(key);
            }
            return true;
        }
        if (latched) {
            return sameRemote(key);
        }
        TransportAddress target = session.send();
        if (session.source() == Endpoint.SourceRule.SIGNALLED && (target == null || !isHost(key, target))) {
            return false;
        }
        learn(key);
        return true;
    }

    /** Returns whether RTCP may come from there: the same host, on the same port when RTCP is multiplexed. */
    boolean admitsRtcp(AddressKey key) {
        if (session.source() == Endpoint.SourceRule.ANY) {
            return true;
        }
        if (latched) {
            boolean host = key.remoteLow() == learned.remoteLow() && key.remoteHigh() == learned.remoteHigh();
            return host && (session.rtcp() == Endpoint.RtcpPort.NEXT || key.remotePort() == learned.remotePort());
        }
        TransportAddress target = session.send();
        return target != null && isHost(key, target);
    }

    private void learn(AddressKey key) {
        learned.set(key);
        latched = true;
        if (session.source() != Endpoint.SourceRule.SIGNALLED) {
            aim(key.remote());
        }
    }

    private boolean sameRemote(AddressKey key) {
        return key.remotePort() == learned.remotePort() && key.remoteLow() == learned.remoteLow()
                && key.remoteHigh() == learned.remoteHigh();
    }

    private static boolean isHost(AddressKey key, TransportAddress target) {
        return key.ipv4() == target.ipv4() && key.remoteLow() == target.low() && key.remoteHigh() == target.high();
    }

    /** Returns where RTP goes: the configured target, or with the other rules who was heard; null while that is nobody. */
    @Nullable
    AddressKey rtpTarget() {
        return targetKnown ? rtpTarget : null;
    }

    /** Returns where RTCP goes, or null. */
    @Nullable
    AddressKey rtcpTarget() {
        return targetKnown ? rtcpTarget : null;
    }

    boolean latched() {
        return latched;
    }

    /** Returns a text that says who may send. */
    String expected() {
        TransportAddress target = session.send();
        return switch (session.source()) {
            case ANY -> "anybody";
            case LATCH -> latched ? learned.remote().toString() : "whoever comes first";
            case SIGNALLED -> latched ? learned.remote().toString() : target == null ? "nobody" : target.host();
        };
    }
}
