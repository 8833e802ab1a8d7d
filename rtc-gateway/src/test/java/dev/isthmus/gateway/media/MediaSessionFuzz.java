package dev.isthmus.gateway.media;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.isthmus.gateway.sdp.RtpCapabilities;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever an authentic peer sends, a session goes on: packets of both kinds one after the other, each behind its length. */
class MediaSessionFuzz {
    private static final int HEADROOM = 128;

    static Stream<Arguments> seeds() {
        String vp8 = "9060000100000010" + "11223344" + "bede0003" + "10762242424232aabbcc0000" + "10aa";
        String repeat = "9061000100000010" + "11223355" + "bede0001" + "10760000" + "0005aa";
        String feedback = "8fcd0006" + "00000001" + "00000002" + "00000004" + "00000100" + "2002" + "d000" + "0408" + "0000";
        return Stream
                .of("00", "1e" + vp8, "1e" + vp8 + "17" + repeat + "9c" + feedback,
                        "1e" + vp8 + "90" + "81cb0001" + "11223344" + "00000000")
                .map(hex -> Arguments.arguments((Object) HexFormat.of().parseHex(hex)));
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "60s")
    void goesOn(byte[] bytes) {
        MediaBench bench = new MediaBench();
        bench.configure(MediaBench.vp8(true, "nack", "nack pli", "ccm fir", "goog-remb", "transport-cc"), RtpCapabilities.MID,
                RtpCapabilities.ABSOLUTE_SEND_TIME, RtpCapabilities.TRANSPORT_NUMBER);
        bench.give(1, 0, 500, true, 0);
        int at = 0;
        while (at < bytes.length) {
            boolean rtcp = bytes[at] < 0;
            int length = Math.min(bytes[at] & 0x7f, bytes.length - at - 1);
            ByteBuffer buffer = ByteBuffer.allocate(MediaSession.ROOM);
            buffer.put(HEADROOM, bytes, at + 1, length);
            if (rtcp) {
                bench.sender.session.onRtcp(buffer, HEADROOM, length, bench.now);
            } else {
                bench.receiver.session.onRtp(buffer, HEADROOM, length, bench.now);
            }
            bench.pass(MediaBench.MILLI);
            at += 1 + length;
        }
        bench.pass(MediaBench.SECOND);
    }
}
