package dev.isthmus.turn.probe;

import dev.isthmus.ice.stun.StunType;
import dev.isthmus.ice.time.RandomSource;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What can be said before the probes.
 *
 * @param problem why it makes no sense to run them, or null
 * @param relays whether data reaches the probe's peers; where it does not, probes that need it are not offered
 */
public record Preflight(@Nullable String problem, boolean relays) {
    private static final long PEER_MILLIS = 1000;

    /** Asks the server for an answer, for an allocation, and to pass data to a peer. */
    public static Preflight of(Network network, Trial.Users users, RandomSource random) throws IOException {
        try (Trial trial = new Trial(network, users, random)) {
            Client client = trial.client();
            if (client.tryExchange(client.request(StunType.BINDING, w -> {}, Client.NONE)) == null) {
                return new Preflight("nothing answers at " + network.server() + " over " + network.name().toLowerCase(Locale.ROOT), false);
            }
            Answer answer = client.allocate();
            if (answer.code() == 401) {
                return new Preflight("the server at " + network.server() + " does not accept the user " + users.user() + " (401)", false);
            }
            return new Preflight(null, answer.success() && reaches(trial));
        } catch (IOException e) {
            return new Preflight("nothing answers at " + network.server() + " over " + network.name().toLowerCase(Locale.ROOT) + ": "
                    + e.getMessage(), false);
        } catch (Exception e) {
            return new Preflight(null, true); // the probes say what is wrong
        }
    }

    private static boolean reaches(Trial trial) throws Exception {
        Network.Peer peer = trial.peer();
        Trial.Allocated allocated = trial.allocated();
        if (!allocated.client().permit(peer.local()).success()) {
            return false;
        }
        for (int i = 0; i < 3; i++) {
            allocated.client().send(peer.local(), new byte[]{1, 2, 3, 4});
            if (peer.receive(PEER_MILLIS / 3) != null) {
                return true;
            }
        }
        return false;
    }
}
