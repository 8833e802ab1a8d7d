package dev.isthmus.gateway.support;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.turn.ChannelData;
import dev.isthmus.turn.support.TurnDialog;
import dev.isthmus.turn.support.TurnSocket;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** How a caller of a test reaches the gateway. */
public interface Wire {
    /** Returns the address of the caller's candidate. */
    TransportAddress local();

    void send(TransportAddress to, byte[] bytes) throws IOException;

    byte @Nullable [] receive(int millis) throws IOException;

    /** Straight from a socket. */
    static Wire direct(TurnSocket socket) {
        return new Wire() {
            @Override
            public TransportAddress local() {
                return socket.local();
            }

            @Override
            public void send(TransportAddress to, byte[] bytes) throws IOException {
                socket.send(to, bytes);
            }

            @Override
            public byte @Nullable [] receive(int millis) throws IOException {
                return socket.receive(millis);
            }
        };
    }

    /** Through an allocation with one channel, bound to the peer. */
    static Wire relayed(TurnSocket socket, TransportAddress server, TransportAddress relayed, int channel) {
        return new Wire() {
            @Override
            public TransportAddress local() {
                return relayed;
            }

            @Override
            public void send(TransportAddress to, byte[] bytes) throws IOException {
                socket.send(server, TurnDialog.channelData(channel, bytes));
            }

            @Override
            public byte @Nullable [] receive(int millis) throws IOException {
                byte[] datagram = socket.receive(millis);
                return datagram == null ? null : Arrays.copyOfRange(datagram, ChannelData.HEADER_LENGTH, datagram.length);
            }
        };
    }
}
