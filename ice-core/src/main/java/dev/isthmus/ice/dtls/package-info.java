/** The DTLS engine seen from a loop: certificates, fingerprints and the handshake guard. */
@NullMarked
package dev.isthmus.ice.dtls;

import org.jspecify.annotations.NullMarked;
