package dev.isthmus.ice.fuzz;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.stun.MessageIntegrity;
import dev.isthmus.ice.stun.PasswordAlgorithm;
import dev.isthmus.ice.stun.StunAttribute;
import dev.isthmus.ice.stun.StunType;
import dev.isthmus.ice.stun.StunWriter;
import dev.isthmus.ice.turn.ChannelData;
import dev.isthmus.ice.turn.TurnAttribute;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** What fuzzing begins with: valid messages. */
public final class Seeds {
    /** The key that signs them. */
    public static final byte[] KEY = PasswordAlgorithm.MD5.key("alice", "example.org", "secret");

    private Seeds() {}

    /** Returns a message of that type. */
    public static byte[] stun(int method, int messageClass, Consumer<StunWriter> attributes) {
        ByteBuffer buffer = ByteBuffer.allocate(1000);
        StunWriter writer = new StunWriter().begin(buffer, 0, StunType.of(method, messageClass), 1, 2);
        attributes.accept(writer);
        return Arrays.copyOf(buffer.array(), writer.length());
    }

    /** Returns data of a channel. */
    public static byte[] channelData(int channel, int length) {
        byte[] message = new byte[ChannelData.HEADER_LENGTH + length];
        ChannelData.writeHeader(ByteBuffer.wrap(message), 0, channel, length);
        return message;
    }

    static List<byte[]> messages() {
        MessageIntegrity integrity = new MessageIntegrity();
        TransportAddress ipv4 = TransportAddress.ipv4(0x7f000001, 9);
        TransportAddress ipv6 = TransportAddress.ipv6(1, 2, 9);
        return List.of(stun(StunType.BINDING, StunType.REQUEST, StunWriter::fingerprint),
                stun(StunType.BINDING, StunType.SUCCESS, w -> w.xorAddress(StunAttribute.XOR_MAPPED_ADDRESS, ipv6).fingerprint()),
                stun(TurnAttribute.METHOD_ALLOCATE, StunType.REQUEST,
                        w -> w.int32(TurnAttribute.REQUESTED_TRANSPORT, 17L << 24).text(StunAttribute.USERNAME, "alice")
                                .text(StunAttribute.REALM, "example.org").integrity(integrity, KEY).integritySha256(integrity, KEY)
                                .fingerprint()),
                stun(TurnAttribute.METHOD_CREATE_PERMISSION, StunType.REQUEST,
                        w -> w.xorAddress(TurnAttribute.XOR_PEER_ADDRESS, ipv4).xorAddress(TurnAttribute.XOR_PEER_ADDRESS, ipv6)),
                stun(TurnAttribute.METHOD_ALLOCATE, StunType.ERROR,
                        w -> w.error(401, "Unauthorized").passwordAlgorithms(List.of(PasswordAlgorithm.values()))),
                channelData(0x4000, 5), channelData(0x4001, 0));
    }

    /** Every message by itself. */
    static Stream<Arguments> single() {
        return messages().stream().map(m -> Arguments.arguments((Object) m));
    }

    /** All of them behind each other. */
    static Stream<Arguments> stream() {
        ByteBuffer all = ByteBuffer.allocate(4000);
        for (byte[] message : messages()) {
            all.put(message).put(new byte[-message.length & 3]);
        }
        return Stream.of(Arguments.arguments((Object) Arrays.copyOf(all.array(), all.position())));
    }
}
