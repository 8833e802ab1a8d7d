/** The Bouncy Castle adapter; the one place where a protocol blocks, on a virtual thread. */
@NullMarked
package dev.isthmus.ice.dtls.bc;

import org.jspecify.annotations.NullMarked;
