package dev.isthmus.gateway.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.gateway.GatewayReason;
import dev.isthmus.gateway.bridge.Endpoint.SourceRule;
import dev.isthmus.gateway.peer.RTCDtlsTransportState;
import dev.isthmus.gateway.rtp.RtpHeader;
import dev.isthmus.ice.ice.IceState;
import dev.isthmus.ice.net.TransportAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What crosses the bridge, what does not, and what the operator is told; in virtual time with exact counters. */
class CallTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final TransportAddress PHONE = CallBench.PHONE;
    private static final TransportAddress STRANGER = CallBench.address("127.0.0.7:5004");

    private static CallBench connected(SourceRule rule) throws Exception {
        CallBench bench = new CallBench(CallBench.endpoint(rule, rule == SourceRule.LATCH ? null : PHONE));
        bench.connect();
        return bench;
    }

    private static int word(byte[] packet, int at) {
        return ByteBuffer.wrap(packet).getInt(at);
    }

    /** Returns the start of each part of a compound packet of that type. */
    private static List<Integer> parts(byte[] compound, int type) {
        List<Integer> found = new ArrayList<>();
        for (int at = 0; at < compound.length; at += 4 + 4 * (ByteBuffer.wrap(compound).getShort(at + 2) & 0xffff)) {
            if ((compound[at + 1] & 0xff) == type) {
                found.add(at);
            }
        }
        return found;
    }

    @Test
    void mediaCrossesBothWaysWithNewNumbersAndMappedPayloadTypes() throws Exception {
        CallBench bench = connected(SourceRule.SIGNALLED);
        for (int i = 0; i < 3; i++) {
            bench.clientSends(CallBench.rtp(111, 1, 65_534 + i & 0xffff, 960 * i));
            bench.phoneSends(CallBench.rtp(109, 2, 10 + i, 960 * i), PHONE);
            bench.phoneSends(CallBench.rtp(100, 3, 20 + i, 3600 * i), PHONE);
        }
        assertThat(bench.plainRtp()).hasSize(3).allMatch(p -> p.to().equals(PHONE) && p.bytes()[1] == 109);
        int first = RtpHeader.sequence(ByteBuffer.wrap(bench.plainRtp().get(0).bytes()), 0);
        assertThat(RtpHeader.sequence(ByteBuffer.wrap(bench.plainRtp().get(2).bytes()), 0)).isEqualTo(first + 2 & 0xffff);
        assertThat(word(bench.plainRtp().get(0).bytes(), 8)).isNotEqualTo(1);
        assertThat(bench.rtpToClient).hasSize(6);
        assertThat(bench.rtpToClient.stream().filter(p -> (p[1] & 0x7f) == 96)).hasSize(3);
        assertThat(word(bench.rtpToClient.get(0), 8)).isEqualTo(bench.ssrcToClient("audio"));
        assertThat(bench.call.stats(Direction.CLIENT_IN).audioPackets()).isEqualTo(3);
        assertThat(bench.call.stats(Direction.CLIENT_OUT).videoPackets()).isEqualTo(3);
        assertThat(bench.counters.get(GatewayReason.CLIENT_TO_PLAIN)).isEqualTo(3);
        assertThat(bench.counters.get(GatewayReason.PLAIN_TO_CLIENT)).isEqualTo(6);
        assertThat(Diagnosis.of(bench.call, bench.now)).containsExactly("the client sends no video");
    }

    @Test
    void aKeyframeRequestOfTheClientReachesTheEndpointAndTheOtherWay() throws Exception {
        CallBench bench = connected(SourceRule.SIGNALLED);
        bench.phoneSends(CallBench.rtp(100, 0x33, 1, 0), PHONE);
        bench.clientSends(CallBench.rtp(96, 0x44, 1, 0));
        bench.clientSendsRtcp(pli(0x44, videoSsrc(bench)));
        byte[] asked = bench.plainRtcp().get(0).bytes();
        assertThat(bench.plainRtcp().get(0).to()).isEqualTo(PHONE.withPort(PHONE.port() + 1));
        assertThat(word(asked, parts(asked, 206).get(0) + 8)).isEqualTo(0x33);
        int outgoing = word(bench.plainRtp().get(0).bytes(), 8);
        bench.phoneSends(pli(0x33, outgoing), PHONE.withPort(PHONE.port() + 1));
        byte[] back = bench.rtcpToClient.get(0);
        assertThat(word(back, parts(back, 206).get(0) + 8)).isEqualTo(0x44);
        bench.clientSendsRtcp(pli(0x44, videoSsrc(bench)));
        assertThat(bench.counters.get(GatewayReason.KEYFRAME_REQUESTS)).as("a second one within 200 ms is one too many").isEqualTo(2);
        bench.pass(SECOND / 4);
        bench.clientSendsRtcp(pli(0x44, videoSsrc(bench)));
        assertThat(bench.counters.get(GatewayReason.KEYFRAME_REQUESTS)).isEqualTo(3);
    }

    @Test
    void aPlainReceiverThatJoinsGetsAKeyFrameWithoutAsking() throws Exception {
        CallBench bench = connected(SourceRule.SIGNALLED);
        bench.clientSends(CallBench.rtp(96, 0x44, 1, 0));
        int outgoing = word(bench.plainRtp().get(0).bytes(), 8);
        ByteBuffer report = ByteBuffer.allocate(32);
        report.putInt(0, 0x81c90007).putInt(4, 0x99).putInt(8, outgoing);
        for (int i = 0; i < 3; i++) {
            bench.phoneSends(report.array(), PHONE.withPort(PHONE.port() + 1));
            bench.pass(SECOND / 2);
        }
        assertThat(bench.counters.get(GatewayReason.KEYFRAME_REQUESTS)).isEqualTo(1);
        assertThat(bench.rtcpToClient.stream().filter(b -> !parts(b, 206).isEmpty())).hasSize(1);
    }

    private static int videoSsrc(CallBench bench) {
        return bench.ssrcToClient("video");
    }

    private static byte[] pli(int from, int about) {
        ByteBuffer b = ByteBuffer.allocate(20);
        b.putInt(0, 0x80c90001).putInt(4, from).putInt(8, 0x81ce0002).putInt(12, from).putInt(16, about);
        return java.util.Arrays.copyOf(b.array(), 20);
    }

    @Test
    void reportsAreMadeAnewOnEachLeg() throws Exception {
        CallBench bench = connected(SourceRule.SIGNALLED);
        long ntp = 0x0123456789abcdefL;
        bench.clientSends(CallBench.rtp(111, 1, 1, 48_000));
        ByteBuffer report = ByteBuffer.allocate(28);
        report.putInt(0, 0x80c80006).putInt(4, 1).putLong(8, ntp).putInt(16, 48_000).putInt(20, 1).putInt(24, 20);
        bench.clientSendsRtcp(report.array());
        bench.clientSends(CallBench.rtp(111, 1, 3, 49_920));
        bench.pass(SECOND);
        byte[] toPlain = bench.plainRtcp().stream().map(CallBench.Plain::bytes).filter(b -> !parts(b, 200).isEmpty()).findFirst()
                .orElseThrow();
        assertThat(word(toPlain, 4)).isEqualTo(word(bench.plainRtp().get(0).bytes(), 8));
        assertThat(word(toPlain, 20)).as("packets sent").isEqualTo(2);
        long sentNtp = ByteBuffer.wrap(toPlain).getLong(8);
        long seconds = sentNtp - ntp >>> 32;
        assertThat(seconds).as("the source's clock, moved on").isBetween(0L, 1L);
        int rtpAtReport = word(toPlain, 16) - word(bench.plainRtp().get(0).bytes(), 4);
        assertThat(rtpAtReport / 48_000.0).isCloseTo((sentNtp - ntp) / 4294967296.0, org.assertj.core.data.Offset.offset(0.001));
        byte[] toClient = bench.rtcpToClient.stream().filter(b -> b.length > 40).findFirst().orElseThrow();
        int block = 8;
        assertThat(word(toClient, block)).isEqualTo(1);
        assertThat(word(toClient, block + 4) & 0xffffff).as("one lost").isEqualTo(1);
        assertThat(word(toClient, block + 16)).as("middle of the NTP time").isEqualTo((int) (ntp >>> 16));
    }

    @Test
    void theSignalledHostMaySendFromOnePort() throws Exception {
        CallBench bench = connected(SourceRule.SIGNALLED);
        bench.phoneSends(CallBench.rtp(109, 1, 1, 0), STRANGER);
        bench.phoneSends(CallBench.rtp(55, 1, 1, 0), PHONE);
        bench.phoneSends(CallBench.rtp(109, 1, 1, 0), PHONE.withPort(7000));
        bench.phoneSends(CallBench.rtp(109, 1, 2, 0), PHONE.withPort(7001));
        bench.phoneSends(CallBench.rtp(109, 1, 2, 0), PHONE.withPort(7000));
        assertThat(bench.rtpToClient).hasSize(2);
        assertThat(bench.counters.get(GatewayReason.WRONG_SOURCE)).isEqualTo(2);
        assertThat(bench.counters.get(GatewayReason.UNKNOWN_PAYLOAD_TYPE)).isEqualTo(1);
        bench.clientSends(CallBench.rtp(111, 1, 1, 0));
        assertThat(bench.plainRtp().get(0).to()).isEqualTo(PHONE);
    }

    @Test
    void latchFollowsWhoeverComesFirst() throws Exception {
        CallBench bench = connected(SourceRule.LATCH);
        bench.clientSends(CallBench.rtp(111, 1, 1, 0));
        assertThat(bench.counters.get(GatewayReason.NO_TARGET)).isEqualTo(1);
        bench.phoneSends(CallBench.rtp(109, 1, 1, 0), STRANGER);
        bench.phoneSends(CallBench.rtp(109, 1, 2, 0), PHONE);
        bench.clientSends(CallBench.rtp(111, 1, 2, 0));
        assertThat(bench.plainRtp()).hasSize(1).allMatch(p -> p.to().equals(STRANGER));
        assertThat(bench.counters.get(GatewayReason.WRONG_SOURCE)).isEqualTo(1);
    }

    @Test
    void anyAdmitsEverybodyButSendsToTheTarget() throws Exception {
        CallBench bench = connected(SourceRule.ANY);
        bench.phoneSends(CallBench.rtp(109, 1, 1, 0), STRANGER);
        bench.phoneSends(CallBench.rtp(109, 1, 2, 0), PHONE);
        bench.clientSends(CallBench.rtp(111, 1, 1, 0));
        assertThat(bench.rtpToClient).hasSize(2);
        assertThat(bench.plainRtp().get(0).to()).isEqualTo(PHONE);
    }

    @Test
    void theDiagnosisNamesTheSilentLegAndWhy() throws Exception {
        CallBench unconnected = new CallBench(CallBench.endpoint(SourceRule.SIGNALLED, PHONE));
        assertThat(Diagnosis.of(unconnected.call, unconnected.now).get(0)).startsWith("ICE is new: no check of the client has arrived");
        CallBench bench = connected(SourceRule.SIGNALLED);
        bench.phoneSends(CallBench.rtp(109, 1, 1, 0), STRANGER);
        assertThat(Diagnosis.of(bench.call, bench.now)).contains(
                "the client sends no audio",
                "the endpoint sends no audio to port 5006; expected from 127.0.0.1; dropped: 1 × wrong-source");
        for (int i = 0; i < 200; i++) {
            bench.clientSends(CallBench.rtp(111, 1, i, 960 * i));
            bench.pass(SECOND / 50);
        }
        assertThat(Diagnosis.of(bench.call, bench.now)).doesNotContain("the client sends no audio").contains("the client sends no video");
    }

    @Test
    void aCallWithoutAClientEndsByItself() throws Exception {
        CallBench bench = new CallBench(CallBench.endpoint(SourceRule.SIGNALLED, PHONE));
        bench.pass(29 * SECOND);
        assertThat(bench.call.ended()).isFalse();
        bench.pass(2 * SECOND);
        assertThat(bench.call.ended()).isTrue();
        assertThat(bench.counters.get(GatewayReason.CALLS_TIMED_OUT)).isEqualTo(1);
    }

    @Test
    void aCallThatHasLostItsClientEnds() throws Exception {
        CallBench bench = connected(SourceRule.SIGNALLED);
        bench.pass(5 * SECOND);
        bench.ice = IceState.DISCONNECTED;
        bench.pass(25 * SECOND);
        assertThat(bench.call.ended()).as("it may come back").isFalse();
        bench.ice = IceState.FAILED;
        assertThat(bench.call.ended()).isTrue();
    }

    @Test
    void aGoodByeOfTheClientEndsTheCall() throws Exception {
        CallBench bench = connected(SourceRule.SIGNALLED);
        bench.dtls = RTCDtlsTransportState.CLOSED;
        assertThat(bench.call.ended()).isTrue();
    }

    @Test
    void mediaWithoutKeysIsDroppedByName() throws Exception {
        CallBench bench = new CallBench(CallBench.endpoint(SourceRule.SIGNALLED, PHONE));
        bench.phoneSends(CallBench.rtp(109, 1, 1, 0), PHONE);
        assertThat(bench.call.stats(Direction.CLIENT_OUT).drops().get(GatewayReason.NO_KEYS_YET)).isEqualTo(1);
        assertThat(bench.rtpToClient).isEmpty();
    }
}
