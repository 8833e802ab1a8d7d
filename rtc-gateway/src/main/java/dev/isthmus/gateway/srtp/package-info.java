/** SRTP and SRTCP (RFC 3711, RFC 7714): contexts, key derivation, replay windows. */
@NullMarked
package dev.isthmus.gateway.srtp;

import org.jspecify.annotations.NullMarked;
