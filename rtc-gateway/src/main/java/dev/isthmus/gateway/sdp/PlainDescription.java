package dev.isthmus.gateway.sdp;

import java.util.List;

/** Writes the description of a plain endpoint's stream, for a receiver such as ffmpeg. */
public final class PlainDescription {
    /** One media line. */
    public record Line(String kind, String host, int port, boolean rtcpMux, List<Codec> codecs) {}

    private PlainDescription() {}

    /** Returns the text. */
    public static String write(String name, List<Line> lines) {
        StringBuilder text = new StringBuilder("v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=" + name + "\r\nt=0 0\r\n");
        for (Line line : lines) {
            String formats = String.join(" ", line.codecs().stream().map(c -> Integer.toString(c.payloadType())).toList());
            text.append("m=").append(line.kind()).append(' ').append(line.port()).append(" RTP/AVP ").append(formats).append("\r\n");
            text.append("c=IN ").append(line.host().indexOf(':') < 0 ? "IP4 " : "IP6 ").append(line.host()).append("\r\n");
            line.codecs().forEach(c -> c.format().lines().forEach(l -> text.append(l).append("\r\n")));
            if (line.rtcpMux()) {
                text.append("a=rtcp-mux\r\n");
            }
        }
        return text.toString();
    }
}
