package dev.isthmus.gateway.rtp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RewriterTest {
    private static final long FRAME = 20_000_000L;
    private final Rewriter rewriter = new Rewriter(42, 48_000, 65_500, 1000);

    @Test
    void numbersGoOnUnbrokenAcrossTheWrapAndSources() {
        rewriter.next(1, 65_530, 5000, 0);
        assertThat(rewriter.sequence()).isEqualTo(65_500);
        int expected = 65_500;
        for (int i = 1; i < 200_000; i++) {
            rewriter.next(1, 65_530 + i & 0xffff, 5000 + i * 960, i * FRAME);
            expected = expected + 1 & 0xffff;
            assertThat(rewriter.sequence()).isEqualTo(expected);
        }
        assertThat(rewriter.index() - 65_500).isEqualTo(0x10000L + 199_999);
        int before = rewriter.timestamp(5000 + 199_999 * 960);
        rewriter.next(2, 7, 123, 200_000 * FRAME);
        assertThat(rewriter.sequence()).isEqualTo(expected + 1 & 0xffff);
        assertThat(rewriter.timestamp(123) - before).isEqualTo(960);
    }

    @Test
    void reorderedPacketsKeepTheirPlace() {
        rewriter.next(1, 10, 0, 0);
        int first = rewriter.sequence();
        rewriter.next(1, 13, 2880, 3 * FRAME);
        assertThat(rewriter.sequence()).isEqualTo(first + 3);
        rewriter.next(1, 11, 960, 3 * FRAME);
        assertThat(rewriter.sequence()).isEqualTo(first + 1);
        assertThat(rewriter.timestamp(960) - rewriter.timestamp(0)).isEqualTo(960);
        rewriter.next(1, 9, -960, 3 * FRAME);
        assertThat(rewriter.sequence()).isEqualTo(first - 1);
        rewriter.next(1, 14, 3840, 4 * FRAME);
        assertThat(rewriter.sequence()).isEqualTo(first + 4);
    }

    @Test
    void aSourceThatStartsAnewIsFollowedAfterASecondPacket() {
        for (int i = 0; i < 100; i++) {
            rewriter.next(1, 40_000 + i, i * 960, i * FRAME);
        }
        int last = rewriter.sequence();
        assertThat(rewriter.next(1, 20_000, 0, 100 * FRAME)).isFalse();
        assertThat(rewriter.next(1, 20_001, 960, 101 * FRAME)).isTrue();
        assertThat(rewriter.sequence()).isEqualTo(last + 1 & 0xffff);
        assertThat(rewriter.next(1, 20_002, 1920, 102 * FRAME)).isTrue();
        assertThat(rewriter.sequence()).isEqualTo(last + 2 & 0xffff);
    }
}
