/** The WebRTC side of a call: ICE, DTLS and SRTP as one transport. */
@NullMarked
package dev.isthmus.gateway.peer;

import org.jspecify.annotations.NullMarked;
