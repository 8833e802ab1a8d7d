package dev.isthmus.turn.probe;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.stun.MessageIntegrity;
import dev.isthmus.ice.stun.PasswordAlgorithm;
import dev.isthmus.ice.stun.StunAttribute;
import dev.isthmus.ice.stun.StunType;
import dev.isthmus.ice.stun.StunWriter;
import dev.isthmus.ice.time.RandomSource;
import dev.isthmus.ice.turn.ChannelData;
import dev.isthmus.ice.turn.TurnAttribute;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A TURN client on one five-tuple, that can also do what no client should. */
public final class Client implements AutoCloseable {
    static final long ANSWER_MILLIS = 500;
    static final long SILENCE_MILLIS = 250;
    private static final int TRIES = 4;
    private static final int ROOM = 4096;

    /** How a request is signed: adds the credentials and whatever comes behind them. */
    interface Signature {
        void sign(StunWriter writer, Client client);
    }

    /** As every browser signs: user name, realm, nonce, SHA-1 over a key made with MD5. */
    static final Signature CLASSIC = (w, c) -> c.named(w).integrity(c.integrity, c.key(PasswordAlgorithm.MD5));
    /** Not at all. */
    static final Signature NONE = (w, c) -> {};

    private final Network.Link link;
    private final String user;
    private final String password;
    private final RandomSource random;
    private final boolean stream;
    final MessageIntegrity integrity = new MessageIntegrity();
    private final Deque<byte[]> others = new ArrayDeque<>();
    private String realm = "";
    private byte[] nonce = {};
    private byte[] algorithms = {};

    Client(Network.Link link, boolean stream, String user, String password, RandomSource random) {
        this.link = link;
        this.stream = stream;
        this.user = user;
        this.password = password;
        this.random = random;
    }

    Network.Link link() {
        return link;
    }

    String realm() {
        return realm;
    }

    byte[] nonce() {
        return nonce;
    }

    void nonce(byte[] other) {
        nonce = other;
    }

    byte[] algorithms() {
        return algorithms;
    }

    String user() {
        return user;
    }

    byte[] key(PasswordAlgorithm algorithm) {
        return algorithm.key(user, realm, password);
    }

    StunWriter named(StunWriter writer) {
        return writer.text(StunAttribute.USERNAME, user).text(StunAttribute.REALM, realm).bytes(StunAttribute.NONCE, nonce);
    }

    /** Builds a message with a fresh transaction id, FINGERPRINT aside. */
    byte[] build(int type, Consumer<StunWriter> attributes, Signature signature) {
        ByteBuffer buffer = ByteBuffer.allocate(ROOM);
        StunWriter writer = new StunWriter().begin(buffer, 0, type, random.nextInt(), random.nextLong());
        attributes.accept(writer);
        signature.sign(writer, this);
        return Arrays.copyOf(buffer.array(), writer.length());
    }

    byte[] request(int method, Consumer<StunWriter> attributes, Signature signature) {
        return build(StunType.of(method, StunType.REQUEST), attributes, signature);
    }

    /** Learns realm, nonce and password algorithms from a challenge. */
    Answer challenge() throws Exception {
        Answer answer = expect(request(TurnAttribute.METHOD_ALLOCATE, Client::udp, NONE), 401);
        learn(answer);
        return answer;
    }

    void learn(Answer challenge) {
        String text = challenge.message().text(StunAttribute.REALM);
        byte[] fresh = challenge.message().bytes(StunAttribute.NONCE);
        byte[] offered = challenge.message().bytes(StunAttribute.PASSWORD_ALGORITHMS);
        realm = text == null ? "" : text;
        nonce = fresh == null ? new byte[0] : fresh;
        algorithms = offered == null ? new byte[0] : offered;
    }

    static void udp(StunWriter writer) {
        writer.int32(TurnAttribute.REQUESTED_TRANSPORT, (long) TurnAttribute.TRANSPORT_UDP << 24);
    }

    static Consumer<StunWriter> udpAnd(Consumer<StunWriter> more) {
        return w -> {
            udp(w);
            more.accept(w);
        };
    }

    /** Asks with the usual signature, after a challenge if there was none yet; an old nonce is replaced once. */
    Answer ask(int method, Consumer<StunWriter> attributes) throws Exception {
        boolean unsigned = nonce.length == 0;
        Answer answer = exchange(request(method, attributes, unsigned ? NONE : CLASSIC));
        if (unsigned && answer.code() == 401 || answer.code() == 438) {
            learn(answer);
            answer = exchange(request(method, attributes, CLASSIC));
        }
        return answer;
    }

    /** Takes over what another client of the same server and user has learnt. */
    Client like(Client other) {
        realm = other.realm;
        nonce = other.nonce;
        algorithms = other.algorithms;
        return this;
    }

    /** Sends a request until it is answered. */
    Answer exchange(byte[] request) throws Exception {
        Answer answer = tryExchange(request);
        if (answer == null) {
            throw new Probe.Failed("no answer");
        }
        return answer;
    }

    @Nullable
    Answer tryExchange(byte[] request) throws IOException {
        for (int i = 0; i < (stream ? 1 : TRIES); i++) {
            link.send(request);
            Answer answer = await(request, stream ? TRIES * ANSWER_MILLIS : ANSWER_MILLIS);
            if (answer != null) {
                return answer;
            }
        }
        return null;
    }

    /** Sends a request until it is answered, and wants that code; 0 is success. */
    Answer expect(byte[] request, int code) throws Exception {
        Answer answer = exchange(request);
        Trial.expect(answer, code);
        return answer;
    }

    /** Sends bytes once and fails when they are answered. */
    void silence(byte[] bytes) throws Exception {
        link.send(bytes);
        Answer answer = await(bytes, SILENCE_MILLIS);
        if (answer != null) {
            throw new Probe.Failed("was answered with " + (answer.success() ? "success" : answer.code()));
        }
    }

    /** Returns the answer to a request, keeping what else comes. */
    @Nullable
    Answer await(byte[] request, long millis) throws IOException {
        for (byte[] next = link.receive(millis); next != null; next = link.receive(millis)) {
            Answer answer = Answer.of(next);
            if (answer != null && answer.message().messageClass() != StunType.INDICATION && Answer.sameTransaction(next, request)) {
                return answer;
            }
            others.add(next);
        }
        return null;
    }

    /** Returns the next message that answers nothing: ChannelData or an indication, or null when none comes. */
    byte @Nullable [] next(long millis) throws IOException {
        byte[] kept = others.poll();
        return kept != null ? kept : link.receive(millis);
    }

    /** Returns the next Data indication, or null. */
    @Nullable
    Answer indication(long millis) throws IOException {
        byte[] bytes = next(millis);
        return bytes == null ? null : Answer.of(bytes);
    }

    Answer allocate() throws Exception {
        return ask(TurnAttribute.METHOD_ALLOCATE, Client::udp);
    }

    Answer refresh(long seconds) throws Exception {
        return ask(TurnAttribute.METHOD_REFRESH, w -> w.int32(TurnAttribute.LIFETIME, seconds));
    }

    Answer permit(TransportAddress... peers) throws Exception {
        return ask(TurnAttribute.METHOD_CREATE_PERMISSION,
                w -> Arrays.stream(peers).forEach(p -> w.xorAddress(TurnAttribute.XOR_PEER_ADDRESS, p)));
    }

    Answer bind(long channel, TransportAddress peer) throws Exception {
        return ask(TurnAttribute.METHOD_CHANNEL_BIND,
                w -> w.int32(TurnAttribute.CHANNEL_NUMBER, channel << 16).xorAddress(TurnAttribute.XOR_PEER_ADDRESS, peer));
    }

    byte[] sendIndication(Consumer<StunWriter> attributes) {
        return build(StunType.of(TurnAttribute.METHOD_SEND, StunType.INDICATION), attributes, NONE);
    }

    /** Sends data by a Send indication. */
    void send(TransportAddress peer, byte[] data) throws IOException {
        link.send(sendIndication(w -> w.xorAddress(TurnAttribute.XOR_PEER_ADDRESS, peer).bytes(TurnAttribute.DATA, data)));
    }

    static byte[] channelData(int channel, byte[] data) {
        ByteBuffer buffer = ByteBuffer.allocate(data.length + ChannelData.HEADER_LENGTH);
        ChannelData.writeHeader(buffer, 0, channel, data.length);
        buffer.put(ChannelData.HEADER_LENGTH, data);
        return buffer.array();
    }

    void channel(int channel, byte[] data) throws IOException {
        link.send(channelData(channel, data));
    }

    @Override
    public void close() {
        link.close();
    }
}
