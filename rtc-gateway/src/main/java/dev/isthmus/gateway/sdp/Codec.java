package dev.isthmus.gateway.sdp;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A codec that a plain endpoint sends and receives.
 *
 * @param kind audio or video
 * @param format its name, clock and parameters, under the endpoint's payload type
 */
public record Codec(String kind, RtpFormat format) {
    private static final List<String> KINDS = List.of("audio", "video");

    /** Returns the codec of that name with a payload type, as it is usual, or null when nothing of that name can be carried. */
    public static @Nullable Codec named(String name, int payloadType) {
        return KINDS.stream().flatMap(Codec::known).filter(c -> c.format.is(name)).map(c -> new Codec(c.kind, c.format.as(payloadType)))
                .findFirst().orElse(null);
    }

    /** Returns the names of all that can be carried. */
    public static List<String> names() {
        return KINDS.stream().flatMap(Codec::known).map(c -> c.format.name()).distinct().toList();
    }

    private static Stream<Codec> known(String kind) {
        return RtpCapabilities.formats(kind).stream().filter(f -> RtpCapabilities.isPrimary(f) || f.is("telephone-event"))
                .map(f -> new Codec(kind,
                        new RtpFormat(f.payloadType(), f.name(), f.clockRate(), f.channels(), f.parameters(), List.of())));
    }

    /** Returns the same codec with other parameters, as {@code fmtp} has them. */
    public Codec with(String parameters) {
        return new Codec(kind, new RtpFormat(format.payloadType(), format.name(), format.clockRate(), format.channels(), parameters,
                List.of()));
    }

    /** Returns the same codec with another clock rate in Hz. */
    public Codec at(int clockRate) {
        return new Codec(kind, new RtpFormat(format.payloadType(), format.name(), clockRate, format.channels(), format.parameters(),
                List.of()));
    }

    /** Returns the payload type. */
    public int payloadType() {
        return format.payloadType();
    }

    /** Returns whether packets of a format are packets of this codec. */
    public boolean takes(RtpFormat other) {
        return RtpCapabilities.same(format, other);
    }
}
