package dev.isthmus.ice.mdns;

import dev.isthmus.ice.count.Reason;

/** What multicast DNS counts. */
public enum MdnsReason implements Reason {
    RESOLVED("names of peers that were resolved"),
    UNRESOLVED("names of peers that nobody answered for in time"),
    NOT_A_NAME("names of peers that are none of mDNS candidates"),
    TOO_MANY("names beyond the limit, not asked for"),
    ANSWERED("questions for our names that were answered"),
    SUPPRESSED("questions for our names that had been answered often enough within the last second"),
    OFF_LINK("datagrams from outside the network of the interface, dropped"),
    MALFORMED("datagrams that are no messages of DNS");

    private final String description;

    MdnsReason(String description) {
        this.description = description;
    }

    @Override
    public String description() {
        return description;
    }
}
