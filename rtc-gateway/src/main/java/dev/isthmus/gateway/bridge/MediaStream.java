package dev.isthmus.gateway.bridge;

import dev.isthmus.gateway.rtp.ReceptionStats;
import dev.isthmus.gateway.rtp.Rewriter;
import dev.isthmus.gateway.sdp.Negotiation;
import dev.isthmus.ice.time.RandomSource;
import java.util.Arrays;

/** One kind of media of a call, both ways: payload types, outgoing numbering, reception, sending. */
final class MediaStream {
    private static final byte NONE = -1;
    private static final int PAYLOAD_TYPES = 128;

    /** One way through the gateway. */
    static final class Way {
        final boolean active;
        final byte[] payloadTypes = new byte[PAYLOAD_TYPES];
        final Rewriter out;
        final ReceptionStats in;
        long sentPackets;
        long sentBytes;
        long senderNtp;
        int senderRtp;
        long senderReportNanos;
        int senderSsrc;
        long lastKeyframeRequestNanos = Long.MIN_VALUE / 2;

        Way(boolean active, int clockRate, RandomSource random) {
            this.active = active;
            this.out = new Rewriter(random.nextInt(), clockRate, random.below(0x8000), random.nextInt());
            this.in = new ReceptionStats(clockRate);
            Arrays.fill(payloadTypes, NONE);
        }

        /** Returns the payload type behind the gateway, or -1 for one that was not negotiated. */
        int payloadType(int incoming) {
            return payloadTypes[incoming];
        }

        boolean hasSenderReport() {
            return senderReportNanos != 0 && senderSsrc == out.source();
        }
    }

    final String kind;
    final boolean video;
    final int session;
    final Way toPlain;
    final Way toClient;

    MediaStream(Negotiation.Line line, int session, RandomSource random) {
        this.kind = line.kind();
        this.video = kind.equals("video");
        this.session = session;
        int clockRate = line.codecs().get(0).client().clockRate();
        toPlain = new Way(line.clientSends(), clockRate, random);
        toClient = new Way(line.clientReceives(), clockRate, random);
        for (Negotiation.Shared codec : line.codecs()) {
            toPlain.payloadTypes[codec.client().payloadType()] = (byte) codec.plain().payloadType();
            toClient.payloadTypes[codec.plain().payloadType()] = (byte) codec.client().payloadType();
        }
    }
}
