/** A TURN client without sockets: allocations, permissions, channels (RFC 8656). */
@NullMarked
package dev.isthmus.ice.turn.client;

import org.jspecify.annotations.NullMarked;
