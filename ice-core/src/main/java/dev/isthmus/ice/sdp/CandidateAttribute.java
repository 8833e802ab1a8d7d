package dev.isthmus.ice.sdp;

import dev.isthmus.ice.ice.Candidate;
import dev.isthmus.ice.ice.CandidateTransport;
import dev.isthmus.ice.ice.CandidateType;
import dev.isthmus.ice.net.TransportAddress;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The value of a {@code candidate} attribute (RFC 8839, section 5.1), whatever transport and kind of address it names, with its extensions in
 * their order.
 *
 * @param foundation 1 to 32 ice-chars
 * @param component 1 to 256
 * @param transport {@code udp}, {@code tcp} (RFC 6544) or another word, in lower case
 * @param priority 1 to 2^31 - 1
 * @param host an address, or a name such as one of mDNS
 * @param port 0 to 65535
 * @param type {@code host}, {@code srflx}, {@code prflx}, {@code relay} or another word
 * @param relatedHost of {@code raddr}, or null
 * @param relatedPort of {@code rport}, or -1
 * @param extensions by name: {@code tcptype}, {@code generation}, {@code ufrag} and what else there is
 */
public record CandidateAttribute(String foundation, int component, String transport, long priority, String host, int port, String type,
        @Nullable String relatedHost, int relatedPort, Map<String, String> extensions) {
    private static final String NAME = "candidate:";
    private static final int MANDATORY = 8;
    private static final int MOST_COMPONENTS = 256;
    private static final int LONGEST = 2048;
    private static final String TCP_TYPE = "tcptype";

    /** Returns the attribute of a candidate of ours. */
    public static CandidateAttribute of(Candidate candidate, Map<String, String> extensions) {
        TransportAddress related = candidate.related();
        CandidateTransport transport = candidate.transport();
        Map<String, String> all = new LinkedHashMap<>();
        if (transport.isTcp()) {
            all.put(TCP_TYPE, transport.tcpType());
        }
        all.putAll(extensions);
        return new CandidateAttribute(candidate.foundation(), candidate.component(), transport.isTcp() ? "tcp" : "udp",
                candidate.priority(),
                candidate.address().host(),
                candidate.address().port(), candidate.type().token(), related == null ? null : related.host(),
                related == null ? -1 : related.port(), Collections.unmodifiableMap(all));
    }

    /** Returns the value of a candidate of ours without extensions. */
    public static String line(Candidate candidate) {
        return of(candidate, Map.of()).toSdp();
    }

    /** Reads a candidate that this agent can check; null for any other and for what is none. */
    public static @Nullable Candidate checkable(String text) {
        CandidateAttribute read = parse(text);
        return read == null ? null : read.candidate();
    }

    /** Reads a value with or without {@code candidate:} in front; null when it is none by the grammar. */
    public static @Nullable CandidateAttribute parse(String text) {
        String value = (text.startsWith(NAME) ? text.substring(NAME.length()) : text).trim();
        String[] f = value.length() > LONGEST || !isPrintable(value) ? new String[0] : value.split(" +");
        if (f.length < MANDATORY || !f[6].equals("typ") || !f[0].matches("[A-Za-z0-9+/]{1,32}") || !f[1].matches("\\d{1,3}")
                || !f[2].matches("[!#-'*+.0-9A-Z^-~-]{1,32}") || !f[3].matches("\\d{1,10}") || !f[5].matches("\\d{1,5}")) {
            return null;
        }
        int component = Integer.parseInt(f[1]);
        long priority = Long.parseLong(f[3]);
        int port = Integer.parseInt(f[5]);
        boolean sound = component >= 1 && component <= MOST_COMPONENTS && priority >= 1 && priority <= Integer.MAX_VALUE && port <= 65535;
        return sound ? rest(f, component, priority, port) : null;
    }

    static boolean isPrintable(String text) {
        return text.chars().noneMatch(c -> c < ' ' || c == 0x7F);
    }

    /** What follows the type comes in pairs: first the related address, then extensions. */
    private static @Nullable CandidateAttribute rest(String[] f, int component, long priority, int port) {
        int at = MANDATORY;
        String relatedHost = null;
        int relatedPort = -1;
        if (at + 1 < f.length && f[at].equals("raddr")) {
            relatedHost = f[at + 1];
            at += 2;
        }
        if (at + 1 < f.length && f[at].equals("rport")) {
            if (!f[at + 1].matches("\\d{1,5}") || Integer.parseInt(f[at + 1]) > 65535) {
                return null;
            }
            relatedPort = Integer.parseInt(f[at + 1]);
            at += 2;
        }
        Map<String, String> extensions = new LinkedHashMap<>();
        for (; at + 1 < f.length; at += 2) {
            extensions.putIfAbsent(f[at], f[at + 1]);
        }
        return at != f.length
                ? null
                : new CandidateAttribute(f[0], component, f[2].toLowerCase(Locale.ROOT), priority, f[4], port, f[7], relatedHost,
                        relatedPort,
                        Collections.unmodifiableMap(extensions));
    }

    /** Returns the candidate that this agent can check, or null: another transport, a name instead of an address, an unknown type, port 0. */
    public @Nullable Candidate candidate() {
        CandidateTransport how = CandidateTransport.of(transport, extensions.get(TCP_TYPE));
        TransportAddress parsed = port == 0 || how == null ? null : TransportAddress.parse(host, port);
        TransportAddress address = parsed == null || how == null || !how.isTcp() ? parsed : parsed.overTcp();
        CandidateType known = CandidateType.of(type);
        String related = relatedHost;
        TransportAddress from = related == null || relatedPort < 0 ? null : TransportAddress.parse(related, relatedPort);
        return address == null || known == null || how == null
                ? null
                : new Candidate(known, foundation, component, priority, address, address, from, how);
    }

    /** Returns the same with another address or name. */
    public CandidateAttribute withHost(String another) {
        return new CandidateAttribute(foundation, component, transport, priority, another, port, type, relatedHost, relatedPort,
                extensions);
    }

    /** Returns the same with a related address that says nothing, as RFC 8839, section 5.1, has it for those who hide their hosts. */
    public CandidateAttribute withoutRelated() {
        boolean six = host.indexOf(':') >= 0;
        return relatedHost == null
                ? this
                : new CandidateAttribute(foundation, component, transport, priority, host, port, type, six ? "::" : "0.0.0.0", 9,
                        extensions);
    }

    /** Returns whether the address is a name that is to be asked of mDNS (RFC 8828, section 5, and its draft): it ends in {@code .local}. */
    public boolean isMdns() {
        return host.toLowerCase(Locale.ROOT).endsWith(".local");
    }

    /** Returns the value, with {@code candidate:} in front. */
    public String toSdp() {
        StringBuilder line = new StringBuilder(NAME).append(foundation).append(' ').append(component).append(' ').append(transport)
                .append(' ')
                .append(priority).append(' ').append(host).append(' ').append(port).append(" typ ").append(type);
        if (relatedHost != null) {
            line.append(" raddr ").append(relatedHost);
        }
        if (relatedPort >= 0) {
            line.append(" rport ").append(relatedPort);
        }
        extensions.forEach((name, value) -> line.append(' ').append(name).append(' ').append(value));
        return line.toString();
    }
}
