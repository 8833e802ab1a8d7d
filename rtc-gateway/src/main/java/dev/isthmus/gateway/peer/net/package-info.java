/** Where peer connections live: loops, sockets, threads. */
@NullMarked
package dev.isthmus.gateway.peer.net;

import org.jspecify.annotations.NullMarked;
