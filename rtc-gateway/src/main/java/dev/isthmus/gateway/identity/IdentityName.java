package dev.isthmus.gateway.identity;

import java.net.IDN;
import java.util.Locale;

/** The form of names: {@code user@domain}, where the user has neither {@code @} nor {@code %} unless escaped (RFC 8827, section 7.8). */
public final class IdentityName {
    private IdentityName() {}

    /** Returns a domain in the form in which equal ones are equal (RFC 5890, section 2.3.2.4); one that is none stays as it is, in lower case. */
    static String ascii(String domain) {
        try {
            return IDN.toASCII(domain).toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException e) {
            return domain.toLowerCase(Locale.ROOT);
        }
    }

    /** Returns the domain of a name in that form, or an empty text when it is no name. */
    public static String domain(String name) {
        int at = name.indexOf('@');
        return at <= 0 || at != name.lastIndexOf('@') ? "" : ascii(name.substring(at + 1));
    }

    /** Returns whether two names are of the same one. */
    public static boolean same(String one, String other) {
        String domain = domain(one);
        return !domain.isEmpty() && domain.equals(domain(other)) && user(one).equals(user(other));
    }

    private static String user(String name) {
        return name.substring(0, name.indexOf('@'));
    }

    /** Returns the name of a user of a domain. */
    public static String of(String user, String domain) {
        return user.replace("%", "%25").replace("@", "%40") + "@" + domain;
    }
}
