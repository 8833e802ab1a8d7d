/** The TURN server in the same process, and the credentials minted for it. */
@NullMarked
package dev.isthmus.gateway.embedded;

import org.jspecify.annotations.NullMarked;
