package dev.isthmus.turn.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.turn.support.TurnDialog;
import dev.isthmus.turn.support.TurnProcess;
import dev.isthmus.turn.support.TurnSocket;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** With nothing allowed, two clients of one server reach each other over its own address, and nobody reaches anything else there. */
class OwnAddressIT {
    private static final byte[] DATA = {7, 7, 7};

    @Test
    void clientsMeetAndNothingElseIsReached() throws Exception {
        try (TurnProcess server = TurnProcess.start("isthmus.turn.loops=2", "isthmus.turn.auth.users={u=p}",
                "isthmus.turn.relay.ports=\"20000-60999\"");
                TurnSocket one = new TurnSocket();
                TurnSocket two = new TurnSocket();
                TurnSocket stranger = new TurnSocket()) {
            TransportAddress at = Objects.requireNonNull(TransportAddress.parse("127.0.0.1", server.port()));
            TurnDialog first = one.dialog(at, "u", "p");
            assertThat(first.allocate()).isZero();
            TransportAddress firstRelayed = first.relayed();
            TurnDialog second = two.dialog(at, "u", "p");
            assertThat(second.allocate()).isZero();
            TransportAddress secondRelayed = second.relayed();

            assertThat(first.bind(0x4000, stranger.local())).isEqualTo(403); // a port in the relay range that is another process's
            assertThat(first.bind(0x4000, at)).isEqualTo(403);
            assertThat(first.permit(stranger.local())).isZero(); // a permission has no port
            one.send(at, first.indication(stranger.local(), DATA));

            assertThat(first.bind(0x4001, secondRelayed)).isZero();
            assertThat(second.bind(0x4001, firstRelayed)).isZero();
            one.send(at, TurnDialog.channelData(0x4001, DATA));
            assertThat(two.receive(5000)).isEqualTo(TurnDialog.channelData(0x4001, DATA));
            two.send(at, TurnDialog.channelData(0x4001, DATA));
            assertThat(one.receive(5000)).isEqualTo(TurnDialog.channelData(0x4001, DATA));

            assertThat(second.refresh(0)).isZero();
            one.send(at, TurnDialog.channelData(0x4001, DATA)); // to an address that is nobody's any more
            assertThat(first.refresh(600)).isZero(); // everything before it has been handled
            assertThat(stranger.receive(1)).isNull();
        }
    }
}
