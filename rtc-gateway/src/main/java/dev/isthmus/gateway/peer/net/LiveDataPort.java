package dev.isthmus.gateway.peer.net;

import dev.isthmus.gateway.peer.DataPort;
import dev.isthmus.gateway.sctp.SctpAssociation;
import dev.isthmus.gateway.sctp.SendOptions;
import java.util.concurrent.Executor;

/** What the application's side wants of the association, brought to the loop. */
record LiveDataPort(Executor loop, SctpLayer sctp) implements DataPort {
    @Override
    public void start(int port, int remotePort, int largestMessage) {
        loop.execute(() -> sctp.start(SctpAssociation.Setup.usual(port, remotePort, largestMessage)));
    }

    @Override
    public void send(int stream, int protocol, byte[] message, SendOptions options) {
        loop.execute(() -> sctp.send(stream, protocol, message, options));
    }

    @Override
    public void weigh(int stream, int weight) {
        loop.execute(() -> sctp.with(a -> a.weight(stream, weight)));
    }

    @Override
    public void reset(int stream) {
        loop.execute(() -> sctp.with(a -> a.reset(stream)));
    }

    @Override
    public void taken(int bytes) {
        loop.execute(() -> sctp.with(a -> a.taken(bytes)));
    }

    @Override
    public void end() {
        loop.execute(sctp::end);
    }
}
