package dev.isthmus.gateway.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The sizes of pictures, read from packets that encoders have made. */
class PictureSizeTest {
    private static String size(String format, String payload) {
        byte[] bytes = HexFormat.of().parseHex(payload.replace(" ", ""));
        ByteBuffer within = ByteBuffer.allocate(bytes.length + 8).put(5, bytes);
        int size = PictureSize.read(format, within, 5, bytes.length);
        return PictureSize.width(size) + "x" + PictureSize.height(size);
    }

    @ParameterizedTest
    @CsvSource({"10 500000 9d012a 8002 e001, 640x480", "90 80 7f 500000 9d012a 8002 e001, 640x480",
            "90 80 ffff 500000 9d012a 0005 d002, 1280x720", "90 e0 ffff 01 20 500000 9d012a 0005 d002, 1280x720",
            "10 510000 9d012a 8002 e001, 0x0", "00 500000 9d012a 8002 e001, 0x0", "10 500000 9d012a 80, 0x0",
            "11 500000 9d012a 8002 e001, 0x0"})
    void vp8(String payload, String expected) {
        assertThat(size("VP8", payload)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"8a 81 23 18 0280 01e0 00, 640x480", "0a 10 0500 02d0, 1280x720", "0a 30 0140 00b4 0280 0168, 640x360",
            "9a 81 23 10 0500 02d0, 1280x720", "08 10 0500 02d0, 0x0", "0a 10 0500 02, 0x0"})
    void vp9(String payload, String expected) {
        assertThat(size("VP9", payload)).isEqualTo(expected);
    }

    /** Of x264, at baseline, main, high and high with 4:2:2, the last one interlaced. */
    @ParameterizedTest
    @CsvSource({"6742c01ed900a03db0110000030001000003003c0f162e48, 640x480",
            "674d4028eca03c0113f2e022000003000200000300781e30632c, 1920x1080",
            "67640028acd940780227e5c044000003000400000300f03c60c658, 1920x1080",
            "674d400beca162760220000003002000000781e28532c0, 176x144", "677a0015bcd94141ed8808000003000800000300f0f8a14cb0, 320x480"})
    void h264(String payload, String expected) {
        assertThat(size("H264", payload)).isEqualTo(expected);
    }

    @Test
    void nothingIsReadBehindTheEnd() {
        String sps = "6764001facd9405005bb0110000003001000000303c0f1831960";
        String whole = size("H264", sps);
        assertThat(whole).isEqualTo("1280x720");
        for (int i = 8; i <= sps.length() - 2; i += 2) {
            assertThat(size("H264", sps.substring(0, i))).isIn("0x0", whole);
        }
        assertThat(size("H264", "7c" + sps)).isEqualTo("0x0");
        assertThat(size("H264", "18 0002 09f0 001a" + sps + "0001 68")).isEqualTo("1280x720");
        assertThat(size("H264", "18 0002 09f0 00ff" + sps)).isEqualTo("0x0");
        assertThat(size("opus", sps)).isEqualTo("0x0");
    }
}
