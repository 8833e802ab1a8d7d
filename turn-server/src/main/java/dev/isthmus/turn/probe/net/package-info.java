/** The probes' sockets, and their command. */
@NullMarked
package dev.isthmus.turn.probe.net;

import org.jspecify.annotations.NullMarked;
