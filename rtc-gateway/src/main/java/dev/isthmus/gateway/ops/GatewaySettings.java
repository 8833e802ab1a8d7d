package dev.isthmus.gateway.ops;

import dev.isthmus.gateway.bridge.DataEndpoint;
import dev.isthmus.gateway.bridge.Endpoint;
import dev.isthmus.gateway.embedded.EmbeddedTurn;
import dev.isthmus.gateway.peer.net.PeerNetwork;
import dev.isthmus.gateway.sdp.Codec;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.ops.Secret;
import dev.isthmus.ice.ops.Section;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The checked configuration of {@code isthmus.gateway}, with that of the embedded TURN server.
 *
 * @param http where the page and the HTTP interface are
 * @param token the bearer token of callers, null when none is asked for
 * @param media where clients send media
 * @param mediaPort the first media port
 * @param plainAddresses where plain ports are opened
 * @param turn the embedded server, null when it is off
 * @param turnUrls the TURN servers that callers are told of
 * @param turnSecret the REST secret of those servers, when they are not embedded
 * @param link whether the embedded server reaches the media ports in memory
 */
public record GatewaySettings(TransportAddress http, @Nullable Secret token, List<PeerNetwork.MediaAddress> media, int mediaPort,
        List<TransportAddress> plainAddresses, int firstPlainPort, int lastPlainPort, Map<String, Endpoint> endpoints,
        EmbeddedTurn.@Nullable Settings turn, List<String> turnUrls, @Nullable Secret turnSecret, boolean link, int loops) {
    private static final int MAX_LOOPS = 64;
    /** RFC 3551, section 6. */
    private static final Map<String, Integer> FIXED_PAYLOAD_TYPES = Map.of("PCMU", 0, "PCMA", 8, "G722", 9);
    private static final List<String> BOTH = List.of("audio", "video");

    /** Reads both sections. */
    public static GatewaySettings read(Section isthmus) {
        Section gateway = isthmus.section("gateway");
        Section http = gateway.section("http");
        TransportAddress page = http.address("address", "127.0.0.1").bind().withPort(http.integer("port", 8080, 0, 65535));
        Secret token = http.secret("token");
        if (token == null && !page.isLoopback()) {
            throw http.problem("address", "is beyond loopback, so isthmus.gateway.http.token must be set");
        }
        Section media = gateway.section("media");
        List<PeerNetwork.MediaAddress> addresses = media.addresses("addresses", List.of("127.0.0.1")).stream()
                .map(a -> new PeerNetwork.MediaAddress(a.bind(), a.advertise())).toList();
        if (addresses.stream().anyMatch(a -> a.bind().isWildcard())) {
            throw media.problem("addresses", "has a wildcard; ICE needs the addresses themselves");
        }
        int mediaPort = media.integer("port", 10000, 0, 65535);
        Section rtp = gateway.section("rtp");
        List<TransportAddress> plain = rtp.addresses("addresses", List.of("127.0.0.1")).stream().map(Section.Advertised::bind).toList();
        int[] ports = rtp.ports("ports", "20000-29999");
        Section turn = gateway.section("turn");
        boolean embedded = turn.bool("embedded", true);
        boolean link = turn.bool("link", true);
        List<String> urls = turn.texts("urls", List.of());
        Secret secret = turn.secret("secret");
        int loops = gateway.integer("loops", Math.min(MAX_LOOPS, Runtime.getRuntime().availableProcessors()), 1, MAX_LOOPS);
        if (mediaPort + 2 * loops > 65536) {
            throw media.problem("port", "is " + mediaPort + ", which leaves no room for two ports of each of " + loops + " loops");
        }
        EmbeddedTurn.Settings turnSettings = EmbeddedTurn.Settings.read(isthmus.section("turn"));
        return new GatewaySettings(page, token, addresses, mediaPort, plain, ports[0], ports[1], endpoints(gateway),
                embedded ? turnSettings : null, urls, secret, link, loops);
    }

    private static Map<String, Endpoint> endpoints(Section gateway) {
        Map<String, Endpoint> endpoints = new LinkedHashMap<>();
        endpoints.put("echo", new Endpoint("echo", true, List.of(), defaultCodecs(), DataEndpoint.ECHO_ITSELF));
        gateway.sectionsByName("endpoints").forEach((name, section) -> {
            if (!name.matches("[A-Za-z0-9_.-]{1,64}")) {
                throw gateway.problem("endpoints", "has the name \"" + name + "\"; letters, digits, '_', '.' and '-' are allowed");
            }
            endpoints.put(name, endpoint(name, section));
        });
        return endpoints;
    }

    private static List<Codec> defaultCodecs() {
        List<Codec> codecs = new ArrayList<>();
        for (Object[] codec : new Object[][]{{"opus", 111}, {"PCMU", 0}, {"PCMA", 8}, {"VP8", 96}}) {
            Codec known = Codec.named((String) codec[0], (Integer) codec[1]);
            if (known != null) {
                codecs.add(known);
            }
        }
        return codecs;
    }

    private static Endpoint endpoint(String name, Section section) {
        DataEndpoint data = section.has("data") ? data(section.section("data")) : null;
        boolean media = data == null || List.of("send", "listen", "source", "rtcp", "codecs", "video").stream().anyMatch(section::has);
        if (!media) {
            return new Endpoint(name, false, List.of(), List.of(), data);
        }
        List<Codec> codecs = codecs(section);
        List<Endpoint.Session> sessions = new ArrayList<>();
        if (section.has("video")) {
            sessions.add(session(section, List.of("audio")));
            sessions.add(session(section.section("video"), List.of("video")));
        } else {
            sessions.add(session(section, BOTH));
        }
        return new Endpoint(name, false, sessions, codecs, data);
    }

    private static DataEndpoint data(Section section) {
        boolean tcp = section.choice("transport", "udp", List.of("udp", "tcp")).equals("tcp");
        TransportAddress send = section.addressAndPort("send");
        if (send == null) {
            throw section.problem("send", "is missing: where do messages go?");
        }
        if (!tcp && section.has("framing")) {
            throw section.problem("framing", "is for tcp; a message of udp is a datagram");
        }
        boolean lines = section.choice("framing", "length", List.of("length", "line")).equals("line");
        boolean text = section.choice("type", lines ? "text" : "binary", List.of("text", "binary")).equals("text");
        return new DataEndpoint(tcp ? DataEndpoint.Transport.TCP : DataEndpoint.Transport.UDP, send,
                lines ? DataEndpoint.Framing.LINE : DataEndpoint.Framing.LENGTH, text);
    }

    private static Endpoint.Session session(Section section, List<String> kinds) {
        TransportAddress send = section.addressAndPort("send");
        int listen = section.integer("listen", 0, 0, 65535);
        Endpoint.SourceRule source = Endpoint.SourceRule.valueOf(
                section.choice("source", "signalled", List.of("signalled", "latch", "any")).toUpperCase(java.util.Locale.ROOT));
        Endpoint.RtcpPort rtcp = Endpoint.RtcpPort
                .valueOf(section.choice("rtcp", "next", List.of("mux", "next")).toUpperCase(java.util.Locale.ROOT));
        if (rtcp == Endpoint.RtcpPort.NEXT && (listen == 65535 || send != null && send.port() == 65535)) {
            throw section.problem("rtcp", "is next, but behind port 65535 there is none");
        }
        if (send == null && source == Endpoint.SourceRule.SIGNALLED) {
            throw section.problem("send", "is missing; without it set source = latch and a listen port");
        }
        return new Endpoint.Session(kinds, send, listen, source, rtcp);
    }

    private static List<Codec> codecs(Section section) {
        List<Section> listed = section.sections("codecs");
        if (listed == null) {
            return defaultCodecs();
        }
        List<Codec> codecs = new ArrayList<>();
        for (Section item : listed) {
            String name = item.text("name", "");
            Codec known = Codec.named(name, 0);
            if (known == null) {
                throw item.problem("name", "is \"" + name + "\", must be one of " + String.join(", ", Codec.names()));
            }
            Integer fixed = FIXED_PAYLOAD_TYPES.get(known.format().name());
            int payloadType = item.integer("pt", fixed == null ? -1 : fixed, 0, 127);
            String parameters = item.text("fmtp", known.format().parameters());
            int clockRate = item.integer("rate", known.format().clockRate(), 8000, 192_000);
            Codec codec = Codec.named(name, payloadType);
            codec = codec == null ? known : codec.with(parameters).at(clockRate);
            if (codecs.stream().anyMatch(c -> c.payloadType() == payloadType)) {
                throw item.problem("pt", "is " + payloadType + ", which another codec of the endpoint has");
            }
            codecs.add(codec);
        }
        return codecs;
    }
}
