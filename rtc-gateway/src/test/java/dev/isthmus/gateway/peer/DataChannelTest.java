package dev.isthmus.gateway.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Data channels: how they open, carry messages and close, and what is refused (webrtc-pc, section 6; RFC 8831, RFC 8832). */
class DataChannelTest {
    private final Pair pair = new Pair();
    private final RTCPeerConnection a = pair.a;
    private final RTCPeerConnection b = pair.b;

    @AfterEach
    void close() {
        pair.close();
    }

    private static CompletableFuture<RTCDataChannel> opened(RTCDataChannel channel) {
        CompletableFuture<RTCDataChannel> opened = new CompletableFuture<>();
        channel.addEventListener("open", e -> opened.complete(channel));
        if (channel.getReadyState() == RTCDataChannelState.OPEN) {
            opened.complete(channel);
        }
        return opened;
    }

    private static CompletableFuture<Boolean> closed(RTCDataChannel channel) {
        CompletableFuture<Boolean> closed = new CompletableFuture<>();
        channel.addEventListener("close", e -> closed.complete(true));
        return closed;
    }

    private static BlockingQueue<Object> messages(RTCDataChannel channel) {
        BlockingQueue<Object> messages = new LinkedBlockingQueue<>();
        channel.setOnMessage(e -> messages.add(e.getData()));
        return messages;
    }

    private static Object next(BlockingQueue<Object> messages) throws Exception {
        return Objects.requireNonNull(messages.poll(10, TimeUnit.SECONDS), "nothing comes");
    }

    private CompletableFuture<RTCDataChannel> incoming() {
        CompletableFuture<RTCDataChannel> incoming = new CompletableFuture<>();
        b.setOnDatachannel(e -> incoming.complete(e.getChannel()));
        return incoming;
    }

    private void connect() throws Exception {
        Pair.negotiate(a, b);
    }

    @Test
    void aChannelOpensAndCarriesMessagesBothWays() throws Exception {
        RTCDataChannelInit init = RTCDataChannelInit.DEFAULT.withProtocol("chat").withOrdered(false).withMaxRetransmits(3)
                .withPriority(RTCPriorityType.HIGH);
        RTCDataChannel one = a.createDataChannel("läbel", init);
        assertThat(one.getReadyState()).isEqualTo(RTCDataChannelState.CONNECTING);
        assertThat(one.getId()).isNull();
        Fails.with("InvalidStateError", () -> one.send("too early"));
        CompletableFuture<RTCDataChannel> incoming = incoming();
        connect();
        RTCDataChannel other = Pair.get(incoming);
        Pair.get(opened(one));
        assertThat(other.getLabel()).isEqualTo("läbel");
        assertThat(other.getProtocol()).isEqualTo("chat");
        assertThat(other.isOrdered()).isFalse();
        assertThat(other.getMaxRetransmits()).isEqualTo(3);
        assertThat(other.getMaxPacketLifeTime()).isNull();
        assertThat(other.isNegotiated()).isFalse();
        assertThat(other.getId()).as("the offerer is the server of DTLS").isEqualTo(one.getId()).isEqualTo(1);
        BlockingQueue<Object> atOther = messages(other);
        BlockingQueue<Object> atOne = messages(one);
        one.send("text");
        assertThat(next(atOther)).isEqualTo("text");
        one.send("");
        assertThat(next(atOther)).isEqualTo("");
        one.send(new byte[]{1, 2});
        assertThat(next(atOther)).isEqualTo(new byte[]{1, 2});
        one.send(new byte[0]);
        assertThat(next(atOther)).isEqualTo(new byte[0]);
        other.send(java.nio.ByteBuffer.wrap(new byte[]{3, 4, 5}, 1, 2));
        assertThat(next(atOne)).isEqualTo(new byte[]{4, 5});
        one.setBinaryType(BinaryType.BLOB);
        other.send(new byte[]{9});
        assertThat(next(atOne)).isEqualTo(java.nio.ByteBuffer.wrap(new byte[]{9}));
    }

    @Test
    void theAssociationIsTold() throws Exception {
        assertThat(a.getSctp()).isNull();
        a.createDataChannel("x");
        connect();
        RTCSctpTransport sctp = Objects.requireNonNull(a.getSctp());
        assertThat(sctp.getMaxMessageSize()).isEqualTo(262_144);
        CompletableFuture<Boolean> connected = new CompletableFuture<>();
        sctp.addEventListener("statechange", e -> connected.complete(sctp.getState() == RTCSctpTransportState.CONNECTED));
        if (sctp.getState() == RTCSctpTransportState.CONNECTING) {
            assertThat(Pair.get(connected)).isTrue();
        }
        assertThat(sctp.getMaxChannels()).isEqualTo(65_535);
        assertThat(sctp.getTransport().getState()).isEqualTo(RTCDtlsTransportState.CONNECTED);
        assertThat(Pair.local(a).sdp()).contains("m=application", "a=sctp-port:5000", "a=max-message-size:262144");
        assertThat(a.getConnectionState()).isEqualTo(RTCPeerConnectionState.CONNECTED);
    }

    @Test
    void bothApplicationsMayMakeAChannel() throws Exception {
        RTCDataChannel one = a.createDataChannel("", RTCDataChannelInit.DEFAULT.withNegotiated(77));
        RTCDataChannel other = b.createDataChannel("", RTCDataChannelInit.DEFAULT.withNegotiated(77));
        connect();
        Pair.get(opened(one));
        Pair.get(opened(other));
        BlockingQueue<Object> atOther = messages(other);
        one.send("hello");
        assertThat(next(atOther)).isEqualTo("hello");
    }

    @Test
    void whatCannotBeIsRefused() throws Exception {
        Fails.with("TypeError", () -> a.createDataChannel("x".repeat(65_536)));
        Fails.with("TypeError", () -> a.createDataChannel("", RTCDataChannelInit.DEFAULT.withProtocol("ä".repeat(40_000))));
        Fails.with("TypeError",
                () -> a.createDataChannel("", new RTCDataChannelInit(true, null, null, "", true, null, RTCPriorityType.LOW)));
        Fails.with("TypeError", () -> a.createDataChannel("", RTCDataChannelInit.DEFAULT.withMaxPacketLifeTime(1).withMaxRetransmits(1)));
        Fails.with("TypeError", () -> a.createDataChannel("", RTCDataChannelInit.DEFAULT.withNegotiated(65_535)));
        Fails.with("TypeError", () -> a.createDataChannel("", RTCDataChannelInit.DEFAULT.withMaxRetransmits(70_000)));
        RTCDataChannel one = a.createDataChannel("", RTCDataChannelInit.DEFAULT.withNegotiated(5));
        Fails.with("OperationError", () -> a.createDataChannel("", RTCDataChannelInit.DEFAULT.withNegotiated(5)));
        connect();
        Pair.get(opened(one));
        one.send(new byte[262_144]);
        Fails.with("TypeError", () -> one.send(new byte[262_145]));
        a.close();
        Fails.with("InvalidStateError", () -> a.createDataChannel("x"));
        assertThat(one.getReadyState()).isEqualTo(RTCDataChannelState.CLOSED);
    }

    @Test
    void theFirstChannelNeedsNegotiationAndNoFurtherOne() throws Exception {
        BlockingQueue<Boolean> told = new LinkedBlockingQueue<>();
        a.setOnNegotiationneeded(e -> told.add(true));
        RTCDataChannel one = a.createDataChannel("one");
        assertThat(told.poll(10, TimeUnit.SECONDS)).isTrue();
        CompletableFuture<RTCDataChannel> first = incoming();
        connect();
        Pair.get(opened(one));
        Pair.get(first);
        CompletableFuture<RTCDataChannel> incoming = incoming();
        RTCDataChannel two = a.createDataChannel("two");
        assertThat(two.getId()).isEqualTo(3);
        Pair.get(opened(two));
        assertThat(Pair.get(incoming).getLabel()).isEqualTo("two");
        assertThat(told).isEmpty();
    }

    @Test
    void aChannelIsAddedToACallAndBackAgain() throws Exception {
        a.addTransceiver("audio");
        pair.connect();
        RTCDataChannel one = a.createDataChannel("later");
        connect();
        Pair.get(opened(one));
        assertThat(Pair.local(a).sdp()).contains("a=group:BUNDLE 0 1");
        b.addTransceiver("video");
        Pair.negotiate(b, a);
        assertThat(Pair.local(b).sdp().split("(?=m=)")).hasSize(4);
        assertThat(one.getReadyState()).isEqualTo(RTCDataChannelState.OPEN);
        a.restartIce();
        Pair.negotiate(a, b);
        assertThat(one.getReadyState()).isEqualTo(RTCDataChannelState.OPEN);
    }

    @Test
    void closingEndsBothSidesAndFreesTheId() throws Exception {
        RTCDataChannel one = a.createDataChannel("one");
        CompletableFuture<RTCDataChannel> incoming = incoming();
        connect();
        RTCDataChannel other = Pair.get(incoming);
        List<String> seen = new CopyOnWriteArrayList<>();
        other.setOnClosing(e -> seen.add("closing " + other.getReadyState()));
        other.setOnClose(e -> seen.add("close " + other.getReadyState()));
        BlockingQueue<Object> atOther = messages(other);
        CompletableFuture<Boolean> here = closed(one);
        CompletableFuture<Boolean> there = closed(other);
        Pair.get(opened(one)).send("last words");
        one.close();
        one.close();
        assertThat(one.getReadyState()).isEqualTo(RTCDataChannelState.CLOSING);
        Pair.get(here);
        Pair.get(there);
        assertThat(next(atOther)).isEqualTo("last words");
        assertThat(seen).containsExactly("closing closing", "close closed");
        CompletableFuture<RTCDataChannel> again = incoming();
        RTCDataChannel two = a.createDataChannel("two");
        assertThat(two.getId()).isEqualTo(1);
        BlockingQueue<Object> atAgain = messages(Pair.get(again));
        Pair.get(opened(two)).send("on the same stream");
        assertThat(next(atAgain)).isEqualTo("on the same stream");
    }

    @Test
    void whatWaitsIsTold() throws Exception {
        RTCDataChannel one = a.createDataChannel("one");
        connect();
        Pair.get(opened(one));
        CompletableFuture<Long> low = new CompletableFuture<>();
        one.setBufferedAmountLowThreshold(100_000);
        one.setOnBufferedamountlow(e -> low.complete(one.getBufferedAmount()));
        for (int i = 0; i < 60; i++) {
            one.send(new byte[250_000]);
        }
        assertThat(one.getBufferedAmount()).isPositive();
        Fails.with("OperationError", () -> {
            for (int i = 0; i < 1000; i++) {
                one.send(new byte[250_000]);
            }
        });
        assertThat(Pair.get(low)).isLessThanOrEqualTo(100_000);
    }

    @Test
    void theEndOfTheConnectionEndsThePeersChannels() throws Exception {
        RTCDataChannel one = a.createDataChannel("one");
        CompletableFuture<RTCDataChannel> incoming = incoming();
        connect();
        CompletableFuture<Boolean> over = closed(Pair.get(incoming));
        Pair.get(opened(one));
        a.close();
        Pair.get(over);
        assertThat(Objects.requireNonNull(b.getSctp()).getState()).isEqualTo(RTCSctpTransportState.CLOSED);
    }

    @Test
    void aPeerThatTakesNoDataEndsTheChannel() throws Exception {
        RTCDataChannel one = a.createDataChannel("one");
        CompletableFuture<RTCError> error = new CompletableFuture<>();
        one.setOnError(e -> error.complete(e.getError()));
        CompletableFuture<Boolean> over = closed(one);
        Pair.get(a.setLocalDescription());
        Pair.get(b.setRemoteDescription(Pair.local(a)));
        Pair.get(b.setLocalDescription());
        String refusing = Pair.local(b).sdp().replaceAll("m=application [0-9]+", "m=application 0").replaceAll("a=group:.*\r\n", "");
        Pair.get(a.setRemoteDescription(new RTCSessionDescription(RTCSdpType.ANSWER, refusing)));
        Pair.get(over);
        assertThat(Pair.get(error).getErrorDetail()).isEqualTo(RTCErrorDetailType.DATA_CHANNEL_FAILURE);
        assertThat(a.getSctp()).isNull();
    }

    /** As aiortc 1.4 offers it. */
    @Test
    void anOfferInTheOldFormIsAnsweredInIt() throws Exception {
        a.createDataChannel("x");
        String old = Pair.get(a.createOffer()).sdp().replaceAll("m=application ([0-9]+) .*", "m=application $1 DTLS/SCTP 5000")
                .replace("a=sctp-port:5000", "a=sctpmap:5000 webrtc-datachannel 65535");
        Pair.get(b.setRemoteDescription(new RTCSessionDescription(RTCSdpType.OFFER, old)));
        Pair.get(b.setLocalDescription());
        assertThat(Pair.local(b).sdp()).containsPattern("m=application [0-9]+ DTLS/SCTP 5000\r\n")
                .contains("a=sctpmap:5000 webrtc-datachannel 65535").doesNotContain("a=sctp-port");
        assertThat(b.getSctp()).isNotNull();
        Fails.with("InvalidAccessError", a.setRemoteDescription(new RTCSessionDescription(RTCSdpType.OFFER,
                old.replace("a=sctpmap:5000 webrtc-datachannel 65535\r\n", ""))));
    }
}
