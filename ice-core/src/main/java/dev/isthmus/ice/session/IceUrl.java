package dev.isthmus.ice.session;

import dev.isthmus.ice.net.TransportAddress;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The URL of a STUN or TURN server (RFC 7064, RFC 7065).
 *
 * @param kind what the server is asked for, and how it is reached
 * @param host a name or an address, an IPv6 address without brackets
 * @param port the URL's, or the scheme's own: 3478, or 5349 with TLS and DTLS
 */
public record IceUrl(IceServer.Kind kind, String host, int port) {
    private static final int PLAIN_PORT = 3478;
    private static final int SECURE_PORT = 5349;
    private static final Pattern GRAMMAR = Pattern.compile(
            "(stun|turns?):(\\[[0-9A-Fa-f:.]+]|[0-9A-Za-z._~%-]+)(?::(\\d{1,5}))?(?:\\?transport=(udp|tcp))?", Pattern.CASE_INSENSITIVE);

    /**
     * Reads a URL.
     *
     * @throws IllegalArgumentException if it is none by the grammar, or of STUN over TLS, which no candidate comes from
     */
    public static IceUrl parse(String url) {
        Matcher m = GRAMMAR.matcher(url);
        if (!m.matches()) {
            throw new IllegalArgumentException("no URL of a STUN or TURN server: " + url);
        }
        String scheme = m.group(1).toLowerCase(Locale.ROOT);
        String transport = m.group(4) == null ? null : m.group(4).toLowerCase(Locale.ROOT);
        boolean secure = scheme.equals("turns");
        int port = m.group(3) == null ? secure ? SECURE_PORT : PLAIN_PORT : Integer.parseInt(m.group(3));
        if (port < 1 || port > 65_535 || scheme.equals("stun") && transport != null) {
            throw new IllegalArgumentException("no URL of a STUN or TURN server: " + url);
        }
        String host = m.group(2).startsWith("[") ? m.group(2).substring(1, m.group(2).length() - 1) : m.group(2);
        return new IceUrl(kind(scheme, transport), host, port);
    }

    /** RFC 7065, section 3.2: without a transport, TURN goes by UDP and with TLS by TCP. */
    private static IceServer.Kind kind(String scheme, @Nullable String transport) {
        return switch (scheme) {
            case "stun" -> IceServer.Kind.STUN;
            case "turn" -> "tcp".equals(transport) ? IceServer.Kind.TURN_TCP : IceServer.Kind.TURN_UDP;
            default -> "udp".equals(transport) ? IceServer.Kind.TURN_DTLS : IceServer.Kind.TURN_TLS;
        };
    }

    /** Returns the address when the host is one, or null when it is a name. */
    public @Nullable TransportAddress address() {
        return TransportAddress.parse(host, port);
    }
}
