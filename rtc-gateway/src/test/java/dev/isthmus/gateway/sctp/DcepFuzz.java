package dev.isthmus.gateway.sctp;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Whatever a peer says to open a channel (RFC 8832): it is no message of that kind, or one that reads the same when it is written again. */
class DcepFuzz {
    @FuzzTest(maxDuration = "20s")
    void anything(byte[] bytes) {
        ChannelOpen.isAcknowledgement(bytes);
        ChannelOpen open = ChannelOpen.read(bytes);
        if (open != null) {
            assertThat(ChannelOpen.read(open.write())).isEqualTo(open);
        }
    }
}
