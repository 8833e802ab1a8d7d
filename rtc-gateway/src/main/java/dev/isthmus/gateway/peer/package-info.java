/** {@link dev.isthmus.gateway.peer.RTCPeerConnection} and what belongs to it, under the names of the W3C Recommendation. */
@NullMarked
package dev.isthmus.gateway.peer;

import org.jspecify.annotations.NullMarked;
