package dev.isthmus.gateway.peer;

import dev.isthmus.gateway.identity.IdentityProviders;
import dev.isthmus.ice.time.RandomSource;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Where connections live: threads, sockets, time and randomness. */
public interface PeerHost {
    /** Returns an ordered queue for a connection. */
    TaskQueue newQueue();

    /** Returns the source of randomness. */
    RandomSource random();

    /** Returns the time in milliseconds since 1970. */
    long wallMillis();

    /** Returns the time by which packets are stamped, in nanoseconds. */
    long nanos();

    /**
     * Makes a certificate, elsewhere.
     *
     * @param rsa whether its key is of RSA
     * @param lifetimeMillis how long it is valid
     */
    CompletableFuture<RTCCertificate> generateCertificate(boolean rsa, long lifetimeMillis);

    /** Returns whether data channels that a peer offers are taken. */
    default boolean takesData() {
        return true;
    }

    /** Runs a task when so many nanoseconds have passed, on a thread that it must not hold up. */
    void later(long nanos, Runnable task);

    /** Runs a task that may take long, on a thread of its own. */
    void elsewhere(Runnable task);

    /** Returns the providers of identities that are known. */
    default IdentityProviders identityProviders() {
        return IdentityProviders.NONE;
    }

    /** Opens a transport, which does nothing yet. */
    TransportPort open(TransportPort.Setup setup, TaskQueue queue, TransportPort.Listener listener);

    /**
     * Gathers ahead for transports that will be opened with such a configuration; what was gathered before and is not of use is given back.
     *
     * @param queue that of the connection
     * @param configuration with the size of the pool, or null when no more will be opened
     */
    void prepare(TaskQueue queue, @Nullable RTCConfiguration configuration);
}
