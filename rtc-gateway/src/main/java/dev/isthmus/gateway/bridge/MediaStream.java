package dev.isthmus.gateway.bridge;

import dev.isthmus.gateway.rtp.ReceptionStats;
import dev.isthmus.gateway.rtp.Rewriter;
import dev.isthmus.gateway.sdp.Negotiation;
import dev.isthmus.ice.time.RandomSource;
import java.util.Arrays;
import java.util.List;

/** One kind of media of a call, both ways: payload types, outgoing numbering, reception, sending. */
final class MediaStream {
    private static final byte NONE = -1;
    private static final int PAYLOAD_TYPES = 128;

    /** One way through the gateway. */
    static final class Way {
        final boolean active;
        final byte[] payloadTypes = new byte[PAYLOAD_TYPES];
        private final int[] clockRates = new int[PAYLOAD_TYPES];
        final Rewriter out;
        final ReceptionStats in;
        final List<ReceptionStats> about;
        long sentPackets;
        long sentBytes;
        long senderNtp;
        int senderRtp;
        long senderReportNanos;
        int senderSsrc;
        int senderGeneration;
        long firstNanos;
        long lastKeyframeRequestNanos = Long.MIN_VALUE / 2;

        Way(boolean active, int clockRate, RandomSource random) {
            this.active = active;
            this.out = new Rewriter(random.nextInt(), clockRate, random.below(0x8000), random.nextInt());
            this.in = new ReceptionStats(clockRate);
            this.about = List.of(in);
            Arrays.fill(payloadTypes, NONE);
        }

        /** Returns the payload type behind the gateway, or -1 for one that was not negotiated. */
        int payloadType(int incoming) {
            return payloadTypes[incoming];
        }

        /** The clock follows the payload type: one stream may change from Opus to G.711. */
        void clockRate(int incoming) {
            int rate = clockRates[incoming];
            if (rate != out.clockRate()) {
                out.clockRate(rate);
                in.clockRate(rate);
            }
        }

        void started(long nowNanos) {
            if (firstNanos == 0) {
                firstNanos = nowNanos;
            }
        }

        private void map(int incoming, int outgoing, int clockRate) {
            payloadTypes[incoming] = (byte) outgoing;
            clockRates[incoming] = clockRate;
        }

        boolean hasSenderReport() {
            return senderReportNanos != 0 && senderSsrc == out.source() && senderGeneration == out.generation();
        }
    }

    final String kind;
    final boolean video;
    final int session;
    /** The plain receiver whose report came last. */
    int plainReceiver;
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
            int client = codec.client().payloadType();
            int plain = codec.plain().payloadType();
            toPlain.map(client, plain, codec.client().clockRate());
            toClient.map(plain, client, codec.client().clockRate());
        }
    }
}
