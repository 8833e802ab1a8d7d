/** The TURN protocol: requests to answers, data to routes; no sockets. */
@NullMarked
package dev.isthmus.turn.server;

import org.jspecify.annotations.NullMarked;
