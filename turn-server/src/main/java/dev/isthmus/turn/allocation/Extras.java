package dev.isthmus.turn.allocation;

import dev.isthmus.turn.auth.Bandwidth;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What few allocations have. */
public final class Extras {
    private long reservationToken;
    private long ticket;
    private long previousTicket;
    private Bandwidth.@Nullable Share bandwidth;
    private List<PeerConnection> connections = List.of();

    Extras() {}

    /** Returns the token of the port that was reserved along with this one, or 0. */
    public long reservationToken() {
        return reservationToken;
    }

    /** Sets the token of the port that was reserved along with this one. */
    public void reservationToken(long token) {
        reservationToken = token;
    }

    /** Returns the mobility ticket (RFC 8016), or 0. */
    public long ticket() {
        return ticket;
    }

    /** Returns the ticket before that, which is good as long as the client may not have seen the new one, or 0. */
    public long previousTicket() {
        return previousTicket;
    }

    /** Sets a new mobility ticket. */
    public void ticket(long fresh) {
        previousTicket = ticket;
        ticket = fresh;
    }

    /** Returns what bandwidth the allocation may use, or null when nothing limits it. */
    public Bandwidth.@Nullable Share bandwidth() {
        return bandwidth;
    }

    /** Sets what bandwidth the allocation may use. */
    public void bandwidth(Bandwidth.@Nullable Share share) {
        bandwidth = share;
    }

    /** Returns the TCP connections with peers. */
    public List<PeerConnection> connections() {
        if (connections.isEmpty()) {
            connections = new ArrayList<>(1);
        }
        return connections;
    }
}
