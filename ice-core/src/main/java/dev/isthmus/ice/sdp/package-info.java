/** The SDP attributes of ICE (RFC 8839), read and written. */
@NullMarked
package dev.isthmus.ice.sdp;

import org.jspecify.annotations.NullMarked;
