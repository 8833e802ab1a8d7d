package dev.isthmus.gateway.peer;

import org.jspecify.annotations.Nullable;

/**
 * A media description of a connection, whichever side has made it.
 *
 * @param mid its identification; one that the peer has not given is ours
 * @param kind audio, video, application or another word
 * @param transceiver what it carries, or null
 * @param transport by which it goes, or null when it is rejected
 */
record Section(String mid, String kind, @Nullable RTCRtpTransceiver transceiver, @Nullable Transport transport) {
    static final String DATA = "application";

    boolean isData() {
        return kind.equals(DATA);
    }

    Section with(@Nullable Transport another) {
        return new Section(mid, kind, transceiver, another);
    }
}
