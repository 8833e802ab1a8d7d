package dev.isthmus.gateway.peer;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What encodings must be like (webrtc-pc, sections 5.1 and 5.2). */
final class Encodings {
    private static final int MOST = 4;

    private Encodings() {}

    /** Validates the encodings of a new transceiver and completes them. */
    static List<RTCRtpEncodingParameters> validated(String kind, List<RTCRtpEncodingParameters> wanted) {
        Set<String> rids = new HashSet<>();
        boolean someNamed = wanted.stream().anyMatch(e -> e.rid() != null);
        for (RTCRtpEncodingParameters each : wanted) {
            String rid = each.rid();
            if (rid != null && !rid.matches("[A-Za-z0-9_-]{1,255}") || rid == null && someNamed || rid != null && !rids.add(rid)) {
                throw WebRtcException.type("encodings have names of letters, digits, hyphens and underscores, each another one");
            }
        }
        WebRtcException wrong = outOfBounds(kind, wanted, false);
        if (wrong != null) {
            throw wrong;
        }
        List<RTCRtpEncodingParameters> taken = forKind(kind, wanted.subList(0, Math.min(wanted.size(), kind.equals("video") ? MOST : 1)));
        if (taken.isEmpty()) {
            return scaled(kind, List.of(RTCRtpEncodingParameters.of(null)));
        }
        List<RTCRtpEncodingParameters> scaled = scaled(kind, taken);
        return scaled.size() == 1 ? List.of(scaled.get(0).withRid(null)) : named(scaled);
    }

    private static List<RTCRtpEncodingParameters> named(List<RTCRtpEncodingParameters> of) {
        List<RTCRtpEncodingParameters> named = new ArrayList<>();
        of.forEach(e -> named.add(e.rid() == null ? e.withRid(Integer.toString(named.size())) : e));
        return named;
    }

    /** The smallest picture comes first where nothing is said; where something is said of one, the others are whole. */
    static List<RTCRtpEncodingParameters> scaled(String kind, List<RTCRtpEncodingParameters> of) {
        if (!kind.equals("video")) {
            return of;
        }
        boolean said = of.stream().anyMatch(e -> e.scaleResolutionDownBy() != null);
        List<RTCRtpEncodingParameters> scaled = new ArrayList<>();
        for (RTCRtpEncodingParameters each : of) {
            double usual = said ? 1.0 : 1L << of.size() - scaled.size() - 1;
            scaled.add(each.scaleResolutionDownBy() == null ? each.withScale(usual) : each);
        }
        return scaled;
    }

    static List<RTCRtpEncodingParameters> forKind(String kind, List<RTCRtpEncodingParameters> of) {
        return kind.equals("audio") ? of.stream().map(RTCRtpEncodingParameters::forAudio).toList() : List.copyOf(of);
    }

    /** A picture that is not scaled is whole. */
    static List<RTCRtpEncodingParameters> whole(String kind, List<RTCRtpEncodingParameters> of) {
        return kind.equals("video") ? of.stream().map(e -> e.scaleResolutionDownBy() == null ? e.withScale(1.0) : e).toList() : of;
    }

    /** Returns what is wrong, or null; a sender that is there may be given a frame rate of 0, a new one may not. */
    static @Nullable WebRtcException outOfBounds(String kind, List<RTCRtpEncodingParameters> of, boolean mayStandStill) {
        for (RTCRtpEncodingParameters each : of) {
            Double scale = each.scaleResolutionDownBy();
            Double rate = each.maxFramerate();
            if (kind.equals("video") && (scale != null && scale < 1.0 || rate != null && (rate < 0.0 || rate == 0.0 && !mayStandStill))) {
                return WebRtcException
                        .range("scaleResolutionDownBy is 1 or more, maxFramerate " + (mayStandStill ? "0 or more" : "more than 0"));
            }
        }
        return null;
    }
}
