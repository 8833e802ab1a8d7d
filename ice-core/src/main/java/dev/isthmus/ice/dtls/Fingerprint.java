package dev.isthmus.ice.dtls;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The hash of a certificate as SDP carries it (RFC 8122, section 5).
 *
 * @param algorithm in lower case: sha-256, sha-384 or sha-512
 * @param value upper-case hexadecimal with colons
 */
public record Fingerprint(String algorithm, String value) {
    /** The hash that we sign and announce with. */
    public static final String DEFAULT_ALGORITHM = "sha-256";

    /** Returns the fingerprint of a DER certificate. */
    public static Fingerprint of(String algorithm, byte[] der) {
        try {
            byte[] hash = MessageDigest.getInstance(algorithm.toUpperCase(Locale.ROOT)).digest(der);
            return new Fingerprint(algorithm, HexFormat.ofDelimiter(":").withUpperCase().formatHex(hash));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(algorithm, e);
        }
    }

    /** Reads {@code sha-256 AB:CD:…}; returns null for another algorithm or a malformed value. */
    public static @Nullable Fingerprint parse(String text) {
        String[] parts = text.trim().split(" +");
        if (parts.length != 2) {
            return null;
        }
        String algorithm = parts[0].toLowerCase(Locale.ROOT);
        int bytes = switch (algorithm) {
            case "sha-256" -> 32;
            case "sha-384" -> 48;
            case "sha-512" -> 64;
            default -> 0;
        };
        String value = parts[1].toUpperCase(Locale.ROOT);
        return bytes > 0 && value.matches("[0-9A-F]{2}(:[0-9A-F]{2}){" + (bytes - 1) + "}") ? new Fingerprint(algorithm, value) : null;
    }

    /** Returns whether the certificate has this fingerprint. */
    public boolean matches(byte[] der) {
        return of(algorithm, der).value.equals(value);
    }

    @Override
    public String toString() {
        return algorithm + " " + value;
    }
}
