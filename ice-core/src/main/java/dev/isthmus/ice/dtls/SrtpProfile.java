package dev.isthmus.ice.dtls;

import org.jspecify.annotations.Nullable;

/** The SRTP protection profiles that are negotiated with {@code use_srtp} (RFC 5764, section 4.1.2; RFC 7714, section 14.2), best first. */
public enum SrtpProfile {
    AEAD_AES_128_GCM(0x0007, 16, 12),
    AES_128_CM_HMAC_SHA1_80(0x0001, 16, 14);

    private final int id;
    private final int keyLength;
    private final int saltLength;

    SrtpProfile(int id, int keyLength, int saltLength) {
        this.id = id;
        this.keyLength = keyLength;
        this.saltLength = saltLength;
    }

    /** Returns the number in the extension. */
    public int id() {
        return id;
    }

    /** Returns the length of the master key in bytes. */
    public int keyLength() {
        return keyLength;
    }

    /** Returns the length of the master salt in bytes. */
    public int saltLength() {
        return saltLength;
    }

    /** Returns the profile of a number, or null. */
    public static @Nullable SrtpProfile of(int id) {
        for (SrtpProfile profile : values()) {
            if (profile.id == id) {
                return profile;
            }
        }
        return null;
    }
}
