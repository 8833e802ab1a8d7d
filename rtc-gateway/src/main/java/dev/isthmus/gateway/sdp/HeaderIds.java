package dev.isthmus.gateway.sdp;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which numbers stand for what in all media descriptions of a connection: in a BUNDLE one payload type is one format and one id is one
 * extension (RFC 9143, sections 9.1 and 10.1), so that what was once said stays.
 */
public final class HeaderIds {
    private static final int FIRST_DYNAMIC = 96;
    private static final int LAST_DYNAMIC = 127;
    private static final int FIRST_LOW_DYNAMIC = 35;
    private static final int LAST_LOW_DYNAMIC = 63;
    private static final int LAST_ONE_BYTE_ID = 14;

    private final Map<Integer, RtpFormat> formats = new LinkedHashMap<>();
    private final Map<Integer, String> extensions = new LinkedHashMap<>();

    /** Learns what a description says that is an offer, or ours. */
    public void learn(MediaSection section) {
        section.codecs().forEach(f -> formats.put(f.payloadType(), f));
        learnExtensions(section);
    }

    /** Learns what the peer's answer says: its payload types may be others than ours, which mean what we have said (RFC 3264, section 8.3.2). */
    public void learnAnswer(MediaSection section) {
        section.codecs().forEach(f -> formats.putIfAbsent(f.payloadType(), f));
        learnExtensions(section);
    }

    private void learnExtensions(MediaSection section) {
        for (HeaderExtension each : section.extensions()) { // an offer of ours that was taken back may have said something else
            extensions.values().removeIf(each.uri()::equals);
            extensions.put(each.id(), each.uri());
        }
    }

    /** Returns a format under the payload type that it has, or under a free one: first the one that it comes with. */
    public @Nullable RtpFormat assign(RtpFormat wanted) {
        for (RtpFormat known : formats.values()) {
            if (RtpCapabilities.same(known, wanted)) {
                return wanted.as(known.payloadType());
            }
        }
        int payloadType = formats.containsKey(wanted.payloadType()) ? free() : wanted.payloadType();
        if (payloadType < 0) {
            return null;
        }
        formats.put(payloadType, wanted.as(payloadType));
        return wanted.as(payloadType);
    }

    private int free() {
        for (int i = FIRST_DYNAMIC; i <= LAST_DYNAMIC; i++) {
            if (!formats.containsKey(i)) {
                return i;
            }
        }
        for (int i = FIRST_LOW_DYNAMIC; i <= LAST_LOW_DYNAMIC; i++) {
            if (!formats.containsKey(i)) {
                return i;
            }
        }
        return -1;
    }

    /** Returns the id of an extension, a free one where it has none yet; null when all that one byte can say are taken. */
    public @Nullable HeaderExtension assign(String uri) {
        for (Map.Entry<Integer, String> known : extensions.entrySet()) {
            if (known.getValue().equals(uri) && known.getKey() <= LAST_ONE_BYTE_ID) {
                return new HeaderExtension(known.getKey(), "sendrecv", uri, "");
            }
        }
        for (int id = 1; id <= LAST_ONE_BYTE_ID; id++) {
            if (!extensions.containsKey(id)) {
                extensions.put(id, uri);
                return new HeaderExtension(id, "sendrecv", uri, "");
            }
        }
        return null;
    }

    /**
     * Returns the extensions of a section that can be answered: those that this side knows, without such whose id stands for something else in
     * the same BUNDLE (aiortc offers that).
     *
     * @param taken what the sections before have answered, by id; what is returned is added
     */
    public static List<HeaderExtension> answer(MediaSection offered, Map<Integer, String> taken) {
        List<String> known = RtpCapabilities.extensions(offered.kind());
        Set<Integer> here = new TreeSet<>();
        return offered.extensions().stream().filter(e -> known.contains(e.uri()) && e.id() <= LAST_ONE_BYTE_ID && here.add(e.id()))
                .filter(e -> Objects.requireNonNullElse(taken.putIfAbsent(e.id(), e.uri()), e.uri()).equals(e.uri()))
                .map(HeaderExtension::reversed).toList();
    }
}
