/** The load generator of turn-server/bench. */
@NullMarked
package dev.isthmus.turn.bench;

import org.jspecify.annotations.NullMarked;
