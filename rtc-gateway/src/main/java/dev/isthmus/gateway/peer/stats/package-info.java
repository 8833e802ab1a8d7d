/** What a connection has counted (webrtc-pc, section 8; webrtc-stats). */
@NullMarked
package dev.isthmus.gateway.peer.stats;

import org.jspecify.annotations.NullMarked;
