package dev.isthmus.turn.probe;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.time.RandomSource;
import dev.isthmus.ice.turn.TurnAttribute;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One run of one probe: what it opens is closed behind it. */
public final class Trial implements AutoCloseable {
    /** Whom a probe is; the second user is another one, or null when there is none; and whether data reaches the probe's peers. */
    public record Users(String user, String password, @Nullable String otherUser, String otherPassword, boolean relayed) {
        /** Users whose data reaches the probe's peers. */
        public Users(String user, String password, @Nullable String otherUser, String otherPassword) {
            this(user, password, otherUser, otherPassword, true);
        }

        /** Returns the same users, whose data reaches the probe's peers or not. */
        public Users relayed(boolean reaches) {
            return new Users(user, password, otherUser, otherPassword, reaches);
        }
    }

    private final Network network;
    private final Users users;
    private final RandomSource random;
    private final List<AutoCloseable> open = new ArrayList<>();

    Trial(Network network, Users users, RandomSource random) {
        this.network = network;
        this.users = users;
        this.random = random;
    }

    Network network() {
        return network;
    }

    <T extends AutoCloseable> T opened(T resource) {
        open.add(resource);
        return resource;
    }

    /** A client that has said nothing yet. */
    Client client() throws IOException {
        return opened(new Client(network.open(), network.stream(), users.user(), users.password(), random));
    }

    Client client(String user, String password) throws IOException {
        return opened(new Client(network.open(), network.stream(), user, password, random));
    }

    /** A client of another user. */
    Client stranger() throws Exception {
        String other = users.otherUser();
        if (other == null) {
            throw new Probe.NotOffered("no second user is given (--other-user, --other-password)");
        }
        return client(other, users.otherPassword());
    }

    /** The same five-tuple as a client's, for another user. */
    Client strangerOn(Client client) throws Exception {
        String other = users.otherUser();
        if (other == null) {
            throw new Probe.NotOffered("no second user is given (--other-user, --other-password)");
        }
        return new Client(client.link(), network.stream(), other, users.otherPassword(), random);
    }

    /** A client that has realm and nonce. */
    Client challenged() throws Exception {
        Client client = client();
        client.challenge();
        return client;
    }

    /** A client with an allocation to the peers' address family. */
    Allocated allocated() throws Exception {
        Client client = client();
        boolean ipv4 = peerIsIpv4();
        Answer answer = client.ask(TurnAttribute.METHOD_ALLOCATE, Client.udpAnd(w -> family(w, ipv4)));
        expect(answer, 0);
        return new Allocated(client, relayed(answer));
    }

    static void family(dev.isthmus.ice.stun.StunWriter writer, boolean ipv4) {
        writer.int32(TurnAttribute.REQUESTED_ADDRESS_FAMILY,
                (long) (ipv4 ? TurnAttribute.FAMILY_IPV4 : TurnAttribute.FAMILY_IPV6) << 24);
    }

    boolean peerIsIpv4() {
        return network.server().ipv4();
    }

    static TransportAddress relayed(Answer answer) throws Probe.Failed {
        TransportAddress relayed = answer.address(TurnAttribute.XOR_RELAYED_ADDRESS);
        check(relayed != null, "no XOR-RELAYED-ADDRESS");
        return java.util.Objects.requireNonNull(relayed);
    }

    /** A client with its relayed address. */
    record Allocated(Client client, TransportAddress relayed) {}

    Network.Peer peer() throws Exception {
        if (!users.relayed()) {
            throw new Probe.NotOffered("the server does not relay to the probe's peer");
        }
        return opened(network.peer(false));
    }

    /** A peer on another host. */
    Network.Peer peerBeside() throws Exception {
        try {
            return opened(network.peer(true));
        } catch (IOException e) {
            throw new Probe.NotOffered("there is no second address for a peer");
        }
    }

    /** An allocation with a permission for a peer. */
    Permitted permitted() throws Exception {
        Allocated allocated = allocated();
        Network.Peer peer = peer();
        expectPermission(allocated.client().permit(peer.local()));
        return new Permitted(allocated.client(), allocated.relayed(), peer);
    }

    /** An allocation with a channel to a peer. */
    Permitted bound(int channel) throws Exception {
        Allocated allocated = allocated();
        Network.Peer peer = peer();
        expectPermission(allocated.client().bind(channel, peer.local()));
        return new Permitted(allocated.client(), allocated.relayed(), peer);
    }

    static void expectPermission(Answer answer) throws Exception {
        if (answer.code() == 403) {
            throw new Probe.NotOffered("the server does not relay to the probe's peer (403)");
        }
        expect(answer, 0);
    }

    /** A client that may exchange data with a peer. */
    record Permitted(Client client, TransportAddress relayed, Network.Peer peer) {}

    static byte[] text(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    static void check(boolean holds, String otherwise) throws Probe.Failed {
        if (!holds) {
            throw new Probe.Failed(otherwise);
        }
    }

    static void expect(Answer answer, int... codes) throws Probe.Failed {
        if (Arrays.stream(codes).noneMatch(c -> c == answer.code())) {
            throw new Probe.Failed("answered " + name(answer.code()) + " instead of "
                    + String.join(" or ", Arrays.stream(codes).mapToObj(Trial::name).toList()));
        }
    }

    private static String name(int code) {
        return code == 0 ? "success" : Integer.toString(code);
    }

    /** The peer gets exactly these bytes, from the relayed address. */
    static void arrives(Permitted p, byte[] data) throws Exception {
        Network.Packet packet = p.peer().receive(4 * Client.ANSWER_MILLIS);
        check(packet != null, "nothing came to the peer");
        Network.Packet came = java.util.Objects.requireNonNull(packet);
        check(Arrays.equals(came.bytes(), data),
                "the peer got " + came.bytes().length + " bytes that are not the " + data.length + " sent");
        check(came.from().equals(p.relayed()), "it came from " + came.from() + ", not from the relayed address " + p.relayed());
    }

    static void nothingArrives(Network.Peer peer) throws Exception {
        check(peer.receive(Client.SILENCE_MILLIS) == null, "a packet came to the peer");
    }

    /** The client gets exactly these bytes in a Data indication about that peer. */
    static void indicated(Client client, TransportAddress peer, byte[] data) throws Exception {
        Answer indication = client.indication(4 * Client.ANSWER_MILLIS);
        check(indication != null, "no Data indication came");
        Answer came = java.util.Objects.requireNonNull(indication);
        check(came.message().method() == TurnAttribute.METHOD_DATA, "it was no Data indication");
        check(peer.equals(came.address(TurnAttribute.XOR_PEER_ADDRESS)),
                "XOR-PEER-ADDRESS is " + came.address(TurnAttribute.XOR_PEER_ADDRESS));
        check(Arrays.equals(data, came.message().bytes(TurnAttribute.DATA)), "DATA is not what the peer sent");
    }

    static void nothingComes(Client client) throws Exception {
        check(client.next(Client.SILENCE_MILLIS) == null, "something came to the client");
    }

    /** The client gets exactly these bytes by that channel. */
    static void channelled(Client client, int channel, byte[] data) throws Exception {
        byte[] message = client.next(4 * Client.ANSWER_MILLIS);
        check(message != null, "nothing came to the client");
        byte[] came = java.util.Objects.requireNonNull(message);
        byte[] wanted = Client.channelData(channel, data);
        byte[] padded = Arrays.copyOf(wanted, wanted.length + 3 & ~3);
        check(Arrays.equals(came, wanted) || Arrays.equals(came, padded), "what came is not ChannelData of that channel and length");
    }

    @Override
    public void close() throws Exception {
        for (AutoCloseable resource : open.reversed()) {
            resource.close();
        }
    }
}
