package dev.isthmus.gateway.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.isthmus.gateway.peer.stats.RTCAudioSourceStats;
import dev.isthmus.gateway.peer.stats.RTCCertificateStats;
import dev.isthmus.gateway.peer.stats.RTCCodecStats;
import dev.isthmus.gateway.peer.stats.RTCDataChannelStats;
import dev.isthmus.gateway.peer.stats.RTCIceCandidatePairStats;
import dev.isthmus.gateway.peer.stats.RTCIceCandidateStats;
import dev.isthmus.gateway.peer.stats.RTCInboundRtpStreamStats;
import dev.isthmus.gateway.peer.stats.RTCOutboundRtpStreamStats;
import dev.isthmus.gateway.peer.stats.RTCPeerConnectionStats;
import dev.isthmus.gateway.peer.stats.RTCRemoteInboundRtpStreamStats;
import dev.isthmus.gateway.peer.stats.RTCRemoteOutboundRtpStreamStats;
import dev.isthmus.gateway.peer.stats.RTCStats;
import dev.isthmus.gateway.peer.stats.RTCStatsReport;
import dev.isthmus.gateway.peer.stats.RTCStatsType;
import dev.isthmus.gateway.peer.stats.RTCTransportStats;
import dev.isthmus.gateway.peer.stats.RTCVideoSourceStats;
import dev.isthmus.gateway.rtp.RtpHeader;
import dev.isthmus.gateway.sdp.RtpCapabilities;
import dev.isthmus.gateway.sdp.RtpFormat;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What {@code getStats} tells (webrtc-pc, section 8), looked at beside what was really sent. */
class StatsTest {
    private static final int PAYLOAD = 50;
    private final Pair pair = new Pair();
    private final RtpTrackSource sound = new RtpTrackSource("audio");
    private final RtpTrackSource picture = new RtpTrackSource("video");
    private int sequence = 1;

    @AfterEach
    void close() {
        pair.close();
    }

    private static RTCStatsReport stats(RTCPeerConnection of) throws Exception {
        return Pair.get(of.getStats());
    }

    private static <T extends RTCStats> T one(RTCStatsReport report, Class<T> kind, Predicate<T> which) {
        List<T> found = report.of(kind).stream().filter(which).toList();
        assertThat(found).as(kind.getSimpleName()).hasSize(1);
        return found.get(0);
    }

    private static <T extends RTCStats> T one(RTCStatsReport report, Class<T> kind) {
        return one(report, kind, each -> true);
    }

    private static <T extends RTCStats> T at(RTCStatsReport report, String id, Class<T> kind) {
        return kind.cast(Objects.requireNonNull(report.get(id), id));
    }

    private void await(String what, java.util.concurrent.Callable<Boolean> until) {
        Awaitility.await(what).atMost(20, TimeUnit.SECONDS).pollDelay(0, TimeUnit.MILLISECONDS).pollInterval(20, TimeUnit.MILLISECONDS)
                .until(until);
    }

    private void call() throws Exception {
        pair.a.addTrack(sound.track());
        pair.a.addTrack(picture.track());
        pair.connect();
    }

    /** Sends a packet of each, until the other side has one of each and their reports. */
    private void flow() {
        await("reports", () -> {
            Pair.send(sound, sequence++, new byte[PAYLOAD]);
            keyFrame(sequence);
            RTCStatsReport a = stats(pair.a);
            RTCStatsReport b = stats(pair.b);
            return a.of(RTCRemoteInboundRtpStreamStats.class).stream().filter(r -> r.roundTripTime() != null).count() == 2
                    && b.of(RTCRemoteOutboundRtpStreamStats.class).size() == 2;
        });
    }

    /** A key frame of VP8 with 640 x 480 pixels in one packet. */
    private void keyFrame(int number) {
        ByteBuffer packet = ByteBuffer.allocate(RtpHeader.FIXED_LENGTH + PAYLOAD);
        RtpHeader.write(packet, 0, true, 0, number, 3000 * number, 88);
        packet.put(RtpHeader.FIXED_LENGTH, HexFormat.of().parseHex("10" + "500000" + "9d012a" + "8002" + "e001"));
        RtpFormat vp8 = RtpCapabilities.formats("video").stream().filter(f -> f.is("VP8")).findFirst().orElseThrow();
        picture.send(packet, 0, packet.capacity(), vp8, System.nanoTime());
    }

    @Test
    void whatIsSentIsWhatArrives() throws Exception {
        call();
        flow();
        RTCStatsReport a = stats(pair.a);
        await("all has come", () -> one(stats(pair.b), RTCInboundRtpStreamStats.class, s -> s.kind().equals("audio"))
                .packetsReceived() == sequence - 1);
        RTCStatsReport b = stats(pair.b);
        RTCOutboundRtpStreamStats out = one(a, RTCOutboundRtpStreamStats.class, s -> s.kind().equals("audio"));
        RTCInboundRtpStreamStats in = one(b, RTCInboundRtpStreamStats.class, s -> s.kind().equals("audio"));
        assertThat(out.packetsSent()).isEqualTo(sequence - 1);
        assertThat(out.bytesSent()).isEqualTo(PAYLOAD * out.packetsSent()).isEqualTo(in.bytesReceived());
        assertThat(out.headerBytesSent()).isGreaterThanOrEqualTo(12 * out.packetsSent()).isEqualTo(in.headerBytesReceived());
        assertThat(out.ssrc()).isEqualTo(in.ssrc());
        assertThat(in.packetsLost()).isZero();
        assertThat(in.jitter()).isBetween(0.0, 1.0);
        assertThat(in.totalSamplesDuration()).isCloseTo((sequence - 2) * 0.02, within(1e-6));
        assertThat(in.totalAudioEnergy()).as("nothing says how loud it is").isNull();
        assertThat(in.framesReceived()).isNull();
        assertThat(in.trackIdentifier()).isEqualTo(pair.b.getReceivers().get(0).getTrack().getId());
        assertThat(in.lastPacketReceivedTimestamp()).isCloseTo(System.currentTimeMillis(), within(10_000.0));
        RTCInboundRtpStreamStats video = one(b, RTCInboundRtpStreamStats.class, s -> s.kind().equals("video"));
        assertThat(video.framesReceived()).isEqualTo(video.packetsReceived()).isEqualTo(sequence - 1);
        assertThat(video.framesDecoded()).isEqualTo(video.framesReceived());
        assertThat(video.framesDropped()).isZero();
        assertThat(one(a, RTCOutboundRtpStreamStats.class, s -> s.kind().equals("video")).framesSent()).isEqualTo(sequence - 1);
        assertThat(in.nackCount() + video.nackCount() + in.packetsDiscarded() + in.retransmittedPacketsReceived()).isZero();
    }

    @Test
    void eachSideTellsWhatTheOtherReports() throws Exception {
        call();
        flow();
        RTCStatsReport a = stats(pair.a);
        RTCStatsReport b = stats(pair.b);
        RTCOutboundRtpStreamStats out = one(a, RTCOutboundRtpStreamStats.class, s -> s.kind().equals("audio"));
        RTCRemoteInboundRtpStreamStats theirs = at(a, Objects.requireNonNull(out.remoteId()), RTCRemoteInboundRtpStreamStats.class);
        assertThat(theirs.localId()).isEqualTo(out.id());
        assertThat(theirs.ssrc()).isEqualTo(out.ssrc());
        assertThat(theirs.packetsLost()).isZero();
        assertThat(theirs.packetsReceived()).isBetween(1L, out.packetsSent());
        assertThat(theirs.roundTripTime()).isBetween(0.0, 1.0);
        assertThat(theirs.totalRoundTripTime()).isGreaterThanOrEqualTo(Objects.requireNonNull(theirs.roundTripTime()));
        assertThat(theirs.roundTripTimeMeasurements()).isPositive();
        assertThat(theirs.timestamp()).isLessThanOrEqualTo(out.timestamp());
        RTCInboundRtpStreamStats in = one(b, RTCInboundRtpStreamStats.class, s -> s.kind().equals("audio"));
        RTCRemoteOutboundRtpStreamStats sender = at(b, Objects.requireNonNull(in.remoteId()), RTCRemoteOutboundRtpStreamStats.class);
        assertThat(sender.localId()).isEqualTo(in.id());
        assertThat(sender.packetsSent()).isBetween(1L, in.packetsReceived());
        assertThat(sender.bytesSent()).isEqualTo(PAYLOAD * sender.packetsSent());
        assertThat(sender.remoteTimestamp()).isCloseTo(sender.timestamp(), within(1000.0));
    }

    @Test
    void formatsAndSourcesAreTold() throws Exception {
        call();
        flow();
        RTCStatsReport a = stats(pair.a);
        RTCOutboundRtpStreamStats out = one(a, RTCOutboundRtpStreamStats.class, s -> s.kind().equals("audio"));
        RTCCodecStats codec = at(a, Objects.requireNonNull(out.codecId()), RTCCodecStats.class);
        assertThat(codec.mimeType()).isEqualTo("audio/opus");
        assertThat(codec.clockRate()).isEqualTo(48_000);
        assertThat(codec.channels()).isEqualTo(2);
        assertThat(codec.payloadType()).isEqualTo(111);
        assertThat(codec.sdpFmtpLine()).contains("useinbandfec=1");
        RTCAudioSourceStats heard = at(a, Objects.requireNonNull(out.mediaSourceId()), RTCAudioSourceStats.class);
        assertThat(heard.trackIdentifier()).isEqualTo(sound.track().getId());
        assertThat(heard.totalSamplesDuration()).isPositive();
        RTCVideoSourceStats seen = one(a, RTCVideoSourceStats.class);
        assertThat(seen.width()).isEqualTo(640);
        assertThat(seen.height()).isEqualTo(480);
        assertThat(seen.frames()).isEqualTo(sequence - 1);
        assertThat(seen.framesPerSecond()).isPositive();
        assertThat(seen.type()).isEqualTo(RTCStatsType.MEDIA_SOURCE).hasToString("media-source");
    }

    @Test
    void transportsPairsCandidatesAndCertificatesHangTogether() throws Exception {
        call();
        flow();
        RTCStatsReport a = stats(pair.a);
        RTCStatsReport b = stats(pair.b);
        RTCTransportStats transport = one(a, RTCTransportStats.class);
        RTCTransportStats other = one(b, RTCTransportStats.class);
        assertThat(transport.dtlsState()).isEqualTo(RTCDtlsTransportState.CONNECTED);
        assertThat(Set.of(Objects.requireNonNull(transport.dtlsRole()), Objects.requireNonNull(other.dtlsRole())))
                .containsExactlyInAnyOrder("client", "server");
        RTCIceCandidatePairStats chosen = at(a, Objects.requireNonNull(transport.selectedCandidatePairId()),
                RTCIceCandidatePairStats.class);
        assertThat(chosen.state()).isEqualTo("succeeded");
        assertThat(chosen.nominated()).isTrue();
        assertThat(chosen.transportId()).isEqualTo(transport.id());
        assertThat(chosen.bytesSent()).isEqualTo(transport.bytesSent()).isGreaterThan(PAYLOAD * 2L * (sequence - 1));
        assertThat(chosen.bytesReceived()).isEqualTo(transport.bytesReceived()).isPositive();
        assertThat(chosen.responsesReceived()).isPositive();
        assertThat(chosen.currentRoundTripTime()).isBetween(0.0, 1.0);
        assertThat(chosen.totalRoundTripTime()).isGreaterThanOrEqualTo(Objects.requireNonNull(chosen.currentRoundTripTime()));
        RTCIceCandidateStats local = at(a, chosen.localCandidateId(), RTCIceCandidateStats.class);
        RTCIceCandidateStats remote = at(a, chosen.remoteCandidateId(), RTCIceCandidateStats.class);
        assertThat(local.type()).isEqualTo(RTCStatsType.LOCAL_CANDIDATE);
        assertThat(remote.type()).isEqualTo(RTCStatsType.REMOTE_CANDIDATE);
        assertThat(local.address()).isEqualTo("127.0.0.1").isEqualTo(remote.address());
        assertThat(local.candidateType()).isEqualTo("host");
        assertThat(local.protocol()).isEqualTo("udp");
        assertThat(local.port()).isNotEqualTo(remote.port());
        assertThat(local.url()).isNull();
        RTCCertificateStats ours = at(a, Objects.requireNonNull(transport.localCertificateId()), RTCCertificateStats.class);
        RTCCertificateStats theirs = at(b, Objects.requireNonNull(other.remoteCertificateId()), RTCCertificateStats.class);
        assertThat(ours.base64Certificate()).isEqualTo(theirs.base64Certificate());
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(Base64.getDecoder().decode(ours.base64Certificate()));
        assertThat(ours.fingerprint()).isEqualTo(HexFormat.ofDelimiter(":").withUpperCase().formatHex(hash));
        assertThat(Pair.local(pair.a).sdp()).contains("a=fingerprint:sha-256 " + ours.fingerprint());
        assertThat(ours.issuerCertificateId()).isNull();
    }

    @Test
    void idsStayAndNobodyCanGuessThem() throws Exception {
        call();
        flow();
        Map<String, RTCStatsType> first = types(stats(pair.a));
        flow();
        assertThat(types(stats(pair.a))).containsAllEntriesOf(first);
        assertThat(first.keySet()).as("the other connection has others").doesNotContainAnyElementsOf(stats(pair.b).keySet());
    }

    private static Map<String, RTCStatsType> types(RTCStatsReport of) {
        return of.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().type()));
    }

    @Test
    void aSelectorGivesWhatIsAboutItsTrack() throws Exception {
        call();
        flow();
        RTCStatsReport sent = Pair.get(pair.a.getStats(sound.track()));
        assertThat(types(sent).values()).contains(RTCStatsType.OUTBOUND_RTP, RTCStatsType.REMOTE_INBOUND_RTP, RTCStatsType.CODEC,
                RTCStatsType.MEDIA_SOURCE, RTCStatsType.TRANSPORT, RTCStatsType.CANDIDATE_PAIR, RTCStatsType.LOCAL_CANDIDATE,
                RTCStatsType.REMOTE_CANDIDATE, RTCStatsType.CERTIFICATE).doesNotContain(RTCStatsType.PEER_CONNECTION);
        assertThat(sent.of(RTCOutboundRtpStreamStats.class)).extracting(RTCOutboundRtpStreamStats::kind).containsExactly("audio");
        assertThat(sent.keySet()).isEqualTo(Pair.get(pair.a.getSenders().get(0).getStats()).keySet());
        MediaStreamTrack received = pair.b.getReceivers().get(1).getTrack();
        RTCStatsReport seen = Pair.get(pair.b.getStats(received));
        assertThat(seen.of(RTCInboundRtpStreamStats.class)).extracting(RTCInboundRtpStreamStats::kind).containsExactly("video");
        assertThat(seen.keySet()).isEqualTo(Pair.get(pair.b.getReceivers().get(1).getStats()).keySet());
        Fails.with("InvalidAccessError", pair.b.getStats(sound.track()));
        pair.b.addTrack(received);
        Fails.with("InvalidAccessError", pair.b.getStats(received));
        assertThat(Pair.get(pair.b.getStats(null)).keySet()).contains(seen.keySet().toArray(String[]::new));
    }

    @Test
    void dataChannelsAreCounted() throws Exception {
        RTCDataChannel one = pair.a.createDataChannel("numbers", RTCDataChannelInit.DEFAULT.withProtocol("p"));
        java.util.concurrent.CompletableFuture<RTCDataChannel> incoming = new java.util.concurrent.CompletableFuture<>();
        pair.b.setOnDatachannel(e -> incoming.complete(e.getChannel()));
        RTCDataChannelStats before = one(stats(pair.a), RTCDataChannelStats.class);
        assertThat(before.state()).isEqualTo(RTCDataChannelState.CONNECTING);
        assertThat(before.dataChannelIdentifier()).isNull();
        Pair.negotiate(pair.a, pair.b);
        RTCDataChannel other = Pair.get(incoming);
        await("open", () -> one.getReadyState() == RTCDataChannelState.OPEN);
        one.send("abc");
        one.send(new byte[7]);
        one.send("");
        await("messages", () -> one(stats(pair.b), RTCDataChannelStats.class).messagesReceived() == 3);
        RTCDataChannelStats here = one(stats(pair.a), RTCDataChannelStats.class);
        RTCDataChannelStats there = one(stats(pair.b), RTCDataChannelStats.class);
        assertThat(here.id()).isEqualTo(before.id());
        assertThat(here.messagesSent()).isEqualTo(3);
        assertThat(here.bytesSent()).isEqualTo(10).isEqualTo(there.bytesReceived());
        assertThat(there.label()).isEqualTo("numbers");
        assertThat(there.protocol()).isEqualTo("p");
        assertThat(there.dataChannelIdentifier()).isEqualTo(one.getId());
        assertThat(there.state()).isEqualTo(RTCDataChannelState.OPEN);
        one.close();
        await("closed", () -> other.getReadyState() == RTCDataChannelState.CLOSED && one.getReadyState() == RTCDataChannelState.CLOSED);
        RTCStatsReport after = stats(pair.a);
        assertThat(one(after, RTCDataChannelStats.class).state()).isEqualTo(RTCDataChannelState.CLOSED);
        assertThat(one(after, RTCPeerConnectionStats.class).dataChannelsOpened()).isEqualTo(1);
        assertThat(one(after, RTCPeerConnectionStats.class).dataChannelsClosed()).isEqualTo(1);
        assertThat(one(stats(pair.b), RTCPeerConnectionStats.class).dataChannelsOpened()).isEqualTo(1);
    }

    @Test
    void whatWasCountedOutlastsTheConnection() throws Exception {
        call();
        flow();
        RTCInboundRtpStreamStats before = one(stats(pair.b), RTCInboundRtpStreamStats.class, s -> s.kind().equals("audio"));
        pair.a.close();
        await("the end of the streams", () -> pair.b.getReceivers().stream().allMatch(r -> r.getTrack().isMuted()));
        assertThat(one(stats(pair.b), RTCInboundRtpStreamStats.class, s -> s.kind().equals("audio")).id()).isEqualTo(before.id());
        pair.b.close();
        RTCInboundRtpStreamStats after = one(stats(pair.b), RTCInboundRtpStreamStats.class, s -> s.kind().equals("audio"));
        assertThat(after.id()).isEqualTo(before.id());
        assertThat(after.packetsReceived()).isGreaterThanOrEqualTo(before.packetsReceived());
        assertThat(one(stats(pair.a), RTCOutboundRtpStreamStats.class, s -> s.kind().equals("audio")).packetsSent())
                .isEqualTo(sequence - 1);
    }

    @Test
    void aConnectionThatHasDoneNothingTellsOfItself() throws Exception {
        assertThat(types(stats(pair.a)).values()).containsExactly(RTCStatsType.PEER_CONNECTION);
        pair.a.addTrack(sound.track());
        RTCStatsReport report = stats(pair.a);
        assertThat(types(report).values()).containsExactlyInAnyOrder(RTCStatsType.PEER_CONNECTION, RTCStatsType.MEDIA_SOURCE);
        RTCAudioSourceStats source = one(report, RTCAudioSourceStats.class);
        assertThat(source.members()).containsEntry("type", "media-source").containsEntry("trackIdentifier", sound.track().getId())
                .containsEntry("totalSamplesDuration", 0.0).doesNotContainKey("totalAudioEnergy");
    }
}
