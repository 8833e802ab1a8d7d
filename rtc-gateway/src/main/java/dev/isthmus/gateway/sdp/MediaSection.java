package dev.isthmus.gateway.sdp;

import dev.isthmus.ice.dtls.Fingerprint;
import dev.isthmus.ice.ice.IceCredentials;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a media description says, as RFC 9429, section 5.8.2, wants it read; what stands at session level and holds for it is included.
 *
 * @param index its place, from 0
 * @param line the number of its {@code m=} line
 * @param kind audio, video, application or another word
 * @param port of the {@code m=} line
 * @param protocol the transport protocol
 * @param formats of the {@code m=} line, as they were written
 * @param mid its identification, or an empty text
 * @param direction who sends, from the writer's point of view
 * @param bundleOnly whether it has no transport of its own in any case (RFC 9143, section 6)
 * @param codecs its payload types, in their order of preference; none for other protocols than RTP
 * @param extensions its header extensions
 * @param streams the ids of the media streams that its track belongs to (RFC 8830)
 * @param namesStreams whether it says anything about streams
 * @param trackId the track's id where the writer has named it, or an empty text
 * @param simulcast its encodings
 * @param sources what it says of the sender's SSRCs
 * @param repairs which of them repeat which others: what {@code ssrc-group:FID} says, turned round
 * @param bitrate what the writer wants to receive at most, in bit/s, or 0 (RFC 9429, section 5.10)
 * @param data what it says of data channels (RFC 8841), or null when it says nothing
 * @param transport how it is reached
 */
public record MediaSection(int index, int line, String kind, int port, String protocol, List<String> formats, String mid,
        MediaDirection direction, boolean bundleOnly, List<RtpFormat> codecs, List<HeaderExtension> extensions, List<String> streams,
        boolean namesStreams, String trackId, Simulcast simulcast, List<Source> sources, Map<Integer, Integer> repairs, long bitrate,
        LocalSection.@Nullable Data data, Transport transport) {
    /** An SSRC and its canonical name. */
    public record Source(int ssrc, String cname) {}

    /**
     * How a media description is reached.
     *
     * @param credentials of ICE, or null
     * @param options of ICE
     * @param lite whether the writer only answers checks
     * @param pacing the least time between checks that the writer wants, in milliseconds, or 0
     * @param candidates their lines, from {@code candidate:} on
     * @param endOfCandidates whether no more come
     * @param fingerprints of the writer's certificates, those whose hash is known
     * @param setup the role in DTLS (RFC 4145), or an empty text
     * @param tlsId of the DTLS association (RFC 8842), or an empty text
     * @param rtcpMux whether RTCP is multiplexed (RFC 5761)
     * @param rtcpMuxOnly whether it must be (RFC 8858)
     * @param reducedSize whether RTCP may be shorter than a compound packet (RFC 5506)
     */
    public record Transport(@Nullable IceCredentials credentials, List<String> options, boolean lite, int pacing, List<String> candidates,
            boolean endOfCandidates, List<Fingerprint> fingerprints, String setup, String tlsId, boolean rtcpMux, boolean rtcpMuxOnly,
            boolean reducedSize) {}

    private static final String NO_STREAM = "-";
    /** Where nothing is said of the longest message (RFC 8841, section 6.1). */
    private static final String USUAL_MESSAGE = "65536";
    private static final int LAST_PORT = 65_535;
    /** The protocol of data channels in drafts of RFC 8841, with the port in place of the format. */
    static final String OLD_DATA = "DTLS/SCTP";
    private static final int LONGEST_NUMBER = 18;

    /** Reads all media descriptions; the exception names the line. */
    public static List<MediaSection> of(SessionDescription description) throws SdpProblem {
        List<MediaSection> sections = new ArrayList<>();
        for (SdpMedia media : description.media()) {
            sections.add(section(description, media, sections.size()));
        }
        return sections;
    }

    private static MediaSection section(SessionDescription session, SdpMedia media, int index) throws SdpProblem {
        boolean rtp = media.protocol().contains("RTP/");
        List<String> streams = new ArrayList<>();
        String trackId = "";
        for (SdpAttribute msid : media.all("msid")) {
            String[] parts = msid.value().split(" ", 2);
            if (!parts[0].equals(NO_STREAM) && !streams.contains(parts[0])) {
                streams.add(parts[0]);
            }
            trackId = parts.length > 1 ? parts[1] : trackId;
        }
        return new MediaSection(index, media.line(), media.kind(), media.port(), media.protocol(), media.formats(), media.mid(),
                MediaDirection.of(session, media), media.has("bundle-only"), rtp ? RtpFormat.of(media) : List.of(),
                rtp ? HeaderExtension.of(session, media) : List.of(), List.copyOf(streams), media.has("msid"), trackId,
                rtp ? Simulcast.of(media) : Simulcast.NONE, sources(media), repairs(media), bitrate(media),
                data(media), transport(session, media));
    }

    /** Returns this answer to an offer with what it may leave out (see {@link RtpCapabilities#completed}). */
    public MediaSection completedBy(MediaSection offer) {
        return new MediaSection(index, line, kind, port, protocol, formats, mid, direction, bundleOnly,
                RtpCapabilities.completed(codecs, offer.codecs), extensions, streams, namesStreams, trackId, simulcast, sources, repairs,
                bitrate, data, transport);
    }

    private static LocalSection.@Nullable Data data(SdpMedia media) throws SdpProblem {
        String port = media.value("sctp-port");
        String map = media.value("sctpmap");
        if (port == null && map != null && media.protocol().equals(OLD_DATA) && map.matches("[0-9]{1,5} webrtc-datachannel(?: .*)?")) {
            port = map.substring(0, map.indexOf(' ')); // before RFC 8841, as aiortc has it
        }
        String largest = Objects.requireNonNullElse(media.value("max-message-size"), USUAL_MESSAGE);
        if (port == null || !media.kind().equals("application")) {
            return null;
        }
        int number = Integer.parseInt(port);
        if (number == 0 || number > LAST_PORT) {
            throw new SdpProblem(media.line(), "an SCTP port is 1 to " + LAST_PORT);
        }
        return new LocalSection.Data(number, largest.length() > LONGEST_NUMBER ? Long.MAX_VALUE : Long.parseLong(largest));
    }

    /** Returns whether it carries data channels. */
    public boolean isData() {
        boolean present = (protocol.equals("UDP/DTLS/SCTP") || protocol.equals("TCP/DTLS/SCTP"))
                && formats.contains(LocalSection.Data.FORMAT);
        return data != null && (present || protocol.equals(OLD_DATA));
    }

    private static List<Source> sources(SdpMedia media) {
        List<Source> sources = new ArrayList<>();
        for (SdpAttribute each : media.all("ssrc")) {
            String[] parts = each.value().split(" ", 2);
            long ssrc = Long.parseLong(parts[0]);
            if (ssrc <= 0xffffffffL && parts[1].startsWith("cname:")) {
                sources.add(new Source((int) ssrc, parts[1].substring("cname:".length())));
            }
        }
        return List.copyOf(sources);
    }

    private static Map<Integer, Integer> repairs(SdpMedia media) {
        Map<Integer, Integer> repairs = new HashMap<>();
        for (SdpAttribute each : media.all("ssrc-group")) {
            String[] parts = each.value().split(" ");
            if (parts.length == 3 && parts[0].equals("FID") && isSource(parts[1]) && isSource(parts[2])) {
                repairs.put((int) Long.parseLong(parts[2]), (int) Long.parseLong(parts[1]));
            }
        }
        return Map.copyOf(repairs);
    }

    private static boolean isSource(String text) {
        return text.length() <= 10 && Long.parseLong(text) <= 0xffffffffL;
    }

    private static long bitrate(SdpMedia media) {
        long fromAs = 0;
        for (String each : media.bandwidths()) {
            long value = Long.parseLong(each.substring(each.indexOf(':') + 1));
            if (each.startsWith("TIAS:")) {
                return value;
            }
            if (each.startsWith("AS:")) {
                fromAs = Math.max(1, value * 950 - 50 * 40 * 8);
            }
        }
        return fromAs;
    }

    private static Transport transport(SessionDescription session, SdpMedia media) {
        String ufrag = session.value(media, "ice-ufrag");
        String password = session.value(media, "ice-pwd");
        List<String> options = new ArrayList<>();
        session.all("ice-options").forEach(o -> options.addAll(List.of(o.value().split("[ ,]"))));
        media.all("ice-options").forEach(o -> options.addAll(List.of(o.value().split("[ ,]"))));
        String pacing = Objects.requireNonNullElse(session.value(media, "ice-pacing"), "0");
        List<Fingerprint> fingerprints = session.all(media, "fingerprint").stream().map(f -> Fingerprint.parse(f.value()))
                .filter(Objects::nonNull).map(Objects::requireNonNull).toList();
        return new Transport(ufrag == null || password == null ? null : new IceCredentials(ufrag, password), List.copyOf(options),
                session.value("ice-lite") != null, (int) Math.min(10_000, Long.parseLong(pacing)),
                media.all("candidate").stream().map(c -> "candidate:" + c.value()).toList(),
                media.has("end-of-candidates") || session.value("end-of-candidates") != null, fingerprints,
                Objects.requireNonNullElse(session.value(media, "setup"), ""),
                Objects.requireNonNullElse(session.value(media, "tls-id"), ""), media.has("rtcp-mux"), media.has("rtcp-mux-only"),
                media.has("rtcp-rsize"));
    }

    /** Returns whether it is refused, or ended: its port is 0, and not since it is bundled. */
    public boolean rejected() {
        return port == 0 && !bundleOnly;
    }

    /** Returns whether it carries RTP protected by DTLS-SRTP. */
    public boolean isMedia() {
        return protocol.equals("UDP/TLS/RTP/SAVPF") || protocol.equals("TCP/TLS/RTP/SAVPF") || protocol.equals("RTP/SAVPF")
                || protocol.equals("UDP/TLS/RTP/SAVP") || protocol.equals("TCP/TLS/RTP/SAVP") || protocol.equals("RTP/SAVP")
                || protocol.equals("RTP/AVPF") || protocol.equals("RTP/AVP");
    }
}
