/** Tests of the loops and transports below peer connections. */
@NullMarked
package dev.isthmus.gateway.peer.net;

import org.jspecify.annotations.NullMarked;
