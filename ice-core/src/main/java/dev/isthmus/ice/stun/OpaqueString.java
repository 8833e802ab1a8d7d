package dev.isthmus.ice.stun;

import java.text.Normalizer;

/** The OpaqueString profile, by which user names, realms and passwords are compared (RFC 8265, section 4.2). */
public final class OpaqueString {
    private OpaqueString() {}

    /** Returns the text as the profile wants it: spaces of any kind as U+0020, in normalization form C. */
    public static String of(String text) {
        StringBuilder mapped = new StringBuilder(text.length());
        text.codePoints().forEach(c -> mapped.appendCodePoint(Character.getType(c) == Character.SPACE_SEPARATOR ? ' ' : c));
        return Normalizer.normalize(mapped, Normalizer.Form.NFC);
    }

    /** Returns whether the profile admits the text: not empty, no control characters, nothing unassigned. */
    public static boolean admits(String text) {
        return !text.isEmpty() && text.codePoints().noneMatch(OpaqueString::forbidden);
    }

    private static boolean forbidden(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL, Character.UNASSIGNED, Character.SURROGATE, Character.PRIVATE_USE, Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR, Character.FORMAT ->
                true;
            default -> false;
        };
    }
}
