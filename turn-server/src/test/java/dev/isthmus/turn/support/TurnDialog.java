package dev.isthmus.turn.support;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.stun.PasswordAlgorithm;
import dev.isthmus.ice.stun.MessageIntegrity;
import dev.isthmus.ice.stun.StunAttribute;
import dev.isthmus.ice.stun.StunMessage;
import dev.isthmus.ice.stun.StunResult;
import dev.isthmus.ice.stun.StunType;
import dev.isthmus.ice.stun.StunWriter;
import dev.isthmus.ice.turn.ChannelData;
import dev.isthmus.ice.turn.TurnAttribute;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A TURN client for tests, over any exchange of one datagram for another: builds requests, keeps realm and nonce, reads answers. */
public final class TurnDialog {
    /** Sends a datagram and returns the answer, or null when there is none. */
    public interface Exchange {
        byte @Nullable [] send(byte[] request) throws Exception;
    }

    private final Exchange exchange;
    private final String username;
    private final String password;
    private final MessageIntegrity integrity = new MessageIntegrity();
    private final StunWriter writer = new StunWriter();
    private final StunMessage answer = new StunMessage();
    private String realm = "";
    private byte[] nonce = {};
    private byte[] algorithms = {};
    /** How the client authenticates itself; by default as every browser does. */
    private @Nullable PasswordAlgorithm algorithm;
    private boolean anonymous;
    private long transaction = 1;

    public TurnDialog(Exchange exchange, String username, String password) {
        this.exchange = exchange;
        this.username = username;
        this.password = password;
    }

    /** Builds a request, signed when a challenge was seen. */
    public byte[] request(int method, Consumer<StunWriter> attributes) {
        ByteBuffer buffer = ByteBuffer.allocate(1024);
        writer.begin(buffer, 0, StunType.of(method, StunType.REQUEST), 0x51515151, transaction++);
        attributes.accept(writer);
        if (nonce.length > 0) {
            sign(writer);
        }
        writer.fingerprint();
        return Arrays.copyOf(buffer.array(), writer.length());
    }

    /** Makes the client one of RFC 8489: with that password algorithm, and with USERHASH when anonymous. */
    public TurnDialog modern(PasswordAlgorithm chosen, boolean withUserHash) {
        algorithm = chosen;
        anonymous = withUserHash;
        return this;
    }

    private void sign(StunWriter target) {
        PasswordAlgorithm chosen = algorithm;
        if (anonymous) {
            target.bytes(StunAttribute.USERHASH, PasswordAlgorithm.userHash(username, realm));
        } else {
            target.text(StunAttribute.USERNAME, username);
        }
        target.text(StunAttribute.REALM, realm).bytes(StunAttribute.NONCE, nonce);
        if (chosen == null) {
            target.integrity(integrity, key());
        } else {
            target.bytes(StunAttribute.PASSWORD_ALGORITHMS, algorithms).passwordAlgorithm(chosen).integritySha256(integrity, key());
        }
    }

    /** Returns the key by which answers are signed. */
    public byte[] key() {
        return (algorithm == null ? PasswordAlgorithm.MD5 : algorithm).key(username, realm, password);
    }

    /** Sends bytes and returns the answer's error code, 0 for success, -1 for silence. */
    public int send(byte[] request) throws Exception {
        byte[] bytes = exchange.send(request);
        if (bytes == null) {
            return -1;
        }
        read(bytes);
        return answer.messageClass() == StunType.SUCCESS ? 0 : answer.errorCode();
    }

    /** Reads a message that came by itself. */
    public TurnDialog read(byte[] bytes) {
        if (answer.wrap(ByteBuffer.wrap(bytes), 0, bytes.length) != StunResult.OK) {
            throw new AssertionError("the message is no STUN");
        }
        return this;
    }

    /** Sends a request; a challenge is answered once. */
    public int ask(int method, Consumer<StunWriter> attributes) throws Exception {
        int code = send(request(method, attributes));
        if (code == 401 || code == 438) {
            String seen = answer.text(StunAttribute.REALM);
            byte[] fresh = answer.bytes(StunAttribute.NONCE);
            if (seen != null && fresh != null && !Arrays.equals(fresh, nonce)) {
                realm = seen;
                nonce = fresh;
                byte[] offered = answer.bytes(StunAttribute.PASSWORD_ALGORITHMS);
                algorithms = offered == null ? new byte[0] : offered;
                return send(request(method, attributes));
            }
        }
        return code;
    }

    public int allocate() throws Exception {
        return ask(TurnAttribute.METHOD_ALLOCATE,
                w -> w.int32(TurnAttribute.REQUESTED_TRANSPORT, (long) TurnAttribute.TRANSPORT_UDP << 24));
    }

    public int refresh(int seconds) throws Exception {
        return ask(TurnAttribute.METHOD_REFRESH, w -> w.int32(TurnAttribute.LIFETIME, seconds));
    }

    public int permit(TransportAddress... peers) throws Exception {
        return ask(TurnAttribute.METHOD_CREATE_PERMISSION,
                w -> Arrays.stream(peers).forEach(p -> w.xorAddress(TurnAttribute.XOR_PEER_ADDRESS, p)));
    }

    public int bind(int channel, TransportAddress peer) throws Exception {
        return ask(TurnAttribute.METHOD_CHANNEL_BIND,
                w -> w.int32(TurnAttribute.CHANNEL_NUMBER, (long) channel << 16).xorAddress(TurnAttribute.XOR_PEER_ADDRESS, peer));
    }

    /** Returns the relayed address of the answer read last. */
    public TransportAddress relayed() {
        return Objects.requireNonNull(answer.xorAddress(TurnAttribute.XOR_RELAYED_ADDRESS));
    }

    public StunMessage answer() {
        return answer;
    }

    /** Builds a Send indication. */
    public byte[] indication(TransportAddress peer, byte[] data) {
        ByteBuffer buffer = ByteBuffer.allocate(2048);
        writer.begin(buffer, 0, StunType.of(TurnAttribute.METHOD_SEND, StunType.INDICATION), 1, transaction++)
                .xorAddress(TurnAttribute.XOR_PEER_ADDRESS, peer).bytes(TurnAttribute.DATA, data);
        return Arrays.copyOf(buffer.array(), writer.length());
    }

    /** Builds ChannelData. */
    public static byte[] channelData(int channel, byte[] data) {
        ByteBuffer buffer = ByteBuffer.allocate(data.length + ChannelData.HEADER_LENGTH);
        ChannelData.writeHeader(buffer, 0, channel, data.length);
        buffer.put(ChannelData.HEADER_LENGTH, data);
        return buffer.array();
    }
}
