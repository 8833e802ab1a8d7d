/** Who the peer is (RFC 8827, section 7; W3C webrtc-identity): providers, what they assert, and tokens of RFC 8225. */
@NullMarked
package dev.isthmus.gateway.identity;

import org.jspecify.annotations.NullMarked;
