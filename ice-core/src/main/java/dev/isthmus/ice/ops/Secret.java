package dev.isthmus.ice.ops;

import java.nio.charset.StandardCharsets;

/** A secret of the configuration; prints as asterisks. */
public record Secret(String id, String value) {
    /** Returns the secret's bytes. */
    public byte[] bytes() {
        return value.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return "****";
    }
}
