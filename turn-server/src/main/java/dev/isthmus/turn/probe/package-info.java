/** Black-box probes of a TURN server: what the RFCs ask of it, one by one, over any transport; without sockets of its own. */
@NullMarked
package dev.isthmus.turn.probe;

import org.jspecify.annotations.NullMarked;
