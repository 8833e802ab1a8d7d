package dev.isthmus.ice.ops;

import java.nio.charset.StandardCharsets;

/**
 * A secret of the configuration; prints as asterisks.
 *
 * @param id the operator's name for it, may be empty
 * @param value the secret itself
 * @param hash what is done, or was done, with it
 */
public record Secret(String id, String value, String hash) {
    /** Returns the secret's bytes. */
    public byte[] bytes() {
        return value.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return "****";
    }
}
