package dev.isthmus.turn.natlab;

import java.util.List;

/** How descriptions are exchanged with an agent of somebody else's. */
interface Signalling {
    /** What agents tell each other; candidates as in SDP. */
    record Description(String ufrag, String password, List<String> candidates) {}

    Description description() throws Exception;

    void tell(Description ours) throws Exception;
}
