package dev.isthmus.gateway.peer;

/**
 * A stream of the peer's is there, or is no more.
 *
 * @deprecated the {@code track} event, and those of streams and tracks, say more
 */
@Deprecated
public final class MediaStreamEvent extends Event {
    private final MediaStream stream;

    MediaStreamEvent(String type, MediaStream stream) {
        super(type);
        this.stream = stream;
    }

    /** Returns the stream. */
    public MediaStream getStream() {
        return stream;
    }
}
