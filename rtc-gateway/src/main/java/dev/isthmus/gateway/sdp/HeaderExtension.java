package dev.isthmus.gateway.sdp;

import java.util.ArrayList;
import java.util.List;

/**
 * An RTP header extension (RFC 8285, section 8).
 *
 * @param id 1 to 14 in one byte, to 255 in two; 4096 to 4351 stand for ids that are yet to be chosen
 * @param direction sendrecv, sendonly, recvonly or inactive
 * @param uri what it is
 * @param attributes behind the URI, or an empty text
 */
public record HeaderExtension(int id, String direction, String uri, String attributes) {
    private static final int LAST_ID = 255;
    private static final int FIRST_OPEN = 4096;
    private static final int LAST_OPEN = 4351;

    /** Returns those of a media description, its own and those of the session. */
    static List<HeaderExtension> of(SessionDescription session, SdpMedia media) throws SdpProblem {
        List<HeaderExtension> found = new ArrayList<>();
        for (List<SdpAttribute> level : List.of(media.all("extmap"), session.all("extmap"))) {
            for (SdpAttribute attribute : level) {
                HeaderExtension read = parse(attribute);
                if (found.stream().noneMatch(other -> other.uri.equals(read.uri))) {
                    found.add(read);
                }
            }
        }
        return found;
    }

    private static HeaderExtension parse(SdpAttribute attribute) throws SdpProblem {
        String[] parts = attribute.value().split(" ", 3);
        int slash = parts[0].indexOf('/');
        int id = Integer.parseInt(slash < 0 ? parts[0] : parts[0].substring(0, slash));
        if (id < 1 || id > LAST_ID && id < FIRST_OPEN || id > LAST_OPEN) {
            throw new SdpProblem(attribute.line(), "the id of an extension must be 1 to 255, or 4096 to 4351");
        }
        return new HeaderExtension(id, slash < 0 ? "sendrecv" : parts[0].substring(slash + 1), parts[1], parts.length > 2 ? parts[2] : "");
    }

    /** Returns the same as the other side says it (RFC 8285, section 7). */
    HeaderExtension reversed() {
        return new HeaderExtension(id, direction.equals("sendonly") ? "recvonly" : direction.equals("recvonly") ? "sendonly" : direction,
                uri,
                attributes);
    }

    /** Returns the line, without its end. */
    public String line() {
        return "a=extmap:" + id + (direction.equals("sendrecv") ? "" : "/" + direction) + " " + uri
                + (attributes.isEmpty() ? "" : " " + attributes);
    }
}
