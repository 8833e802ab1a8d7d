package dev.isthmus.gateway.peer;

import dev.isthmus.ice.ice.IceCredentials;
import java.util.List;
import java.util.Map;

/**
 * A description of ours that was made and not applied yet, and what applying it means.
 *
 * @param sdp its text
 * @param sections the media descriptions with their transports
 * @param credentials those that each transport has in it
 * @param tlsIds those of transports whose DTLS begins anew with it
 * @param revision what was the state of things
 */
record DescriptionPlan(String sdp, List<Section> sections, Map<Transport, IceCredentials> credentials, Map<Transport, String> tlsIds,
        int revision) {}
