package dev.isthmus.ice.dtls;

import java.util.Arrays;

/**
 * The master keys and salts of both directions.
 *
 * @param profile how they are used
 * @param localKey protects what we send
 * @param localSalt goes with it
 * @param remoteKey protects what the peer sends
 * @param remoteSalt goes with it
 */
public record SrtpKeys(SrtpProfile profile, byte[] localKey, byte[] localSalt, byte[] remoteKey, byte[] remoteSalt) {

    /** Cuts exported key material (RFC 5764, section 4.2): client key, server key, client salt, server salt. */
    public static SrtpKeys cut(SrtpProfile profile, byte[] material, boolean client) {
        int k = profile.keyLength();
        int s = profile.saltLength();
        byte[] clientKey = Arrays.copyOfRange(material, 0, k);
        byte[] serverKey = Arrays.copyOfRange(material, k, 2 * k);
        byte[] clientSalt = Arrays.copyOfRange(material, 2 * k, 2 * k + s);
        byte[] serverSalt = Arrays.copyOfRange(material, 2 * k + s, 2 * k + 2 * s);
        return client
                ? new SrtpKeys(profile, clientKey, clientSalt, serverKey, serverSalt)
                : new SrtpKeys(profile, serverKey, serverSalt, clientKey, clientSalt);
    }

    @Override
    public String toString() {
        return "SrtpKeys[" + profile + "]";
    }
}
