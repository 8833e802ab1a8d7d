package dev.isthmus.turn.allocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.sim.SeededRandom;
import dev.isthmus.ice.stun.PasswordAlgorithm;
import dev.isthmus.turn.auth.Credential;
import dev.isthmus.turn.auth.CredentialPolicy;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** Mobility tickets (RFC 8016). */
class TicketsTest {
    private final TransportAddress host = TransportAddress.ipv4(0x7F000001, 0);
    private final Tickets tickets = new Tickets();

    private Allocation allocation() {
        Credential credential = new Credential("alice", PasswordAlgorithm.MD5, new byte[16], CredentialPolicy.USER, Long.MAX_VALUE);
        return new Allocation(new Allocation.Maker(AddressKey.of(host, host), credential, 1, 2, 3, false),
                new RelayPool(new RelayAddress(host, host), new PortPool(50_000, 50_009, 0, 1)), 50_000);
    }

    /** Some clients keep a ticket as a string of C. */
    @Test
    void noTicketHasAZeroByte() {
        SeededRandom random = new SeededRandom(7);
        Allocation allocation = allocation();
        for (int i = 0; i < 2000; i++) {
            tickets.renew(allocation, 0, random);
            byte[] bytes = ByteBuffer.allocate(8).putLong(allocation.extras().ticket()).array();
            assertThat(bytes).doesNotContain(0);
        }
    }

    @Test
    void theTwoNewestAreGood() {
        SeededRandom random = new SeededRandom(7);
        Allocation allocation = allocation();
        tickets.renew(allocation, 3, random);
        long first = allocation.extras().ticket();
        tickets.renew(allocation, 3, random);
        assertThat(tickets.find(first)).isEqualTo(new Tickets.Holder(3, allocation));
        tickets.renew(allocation, 3, random);
        assertThat(tickets.find(first)).isNull();
        tickets.end(allocation);
        assertThat(tickets.find(allocation.extras().ticket())).isNull();
        assertThat(tickets.find(allocation.extras().previousTicket())).isNull();
    }
}
