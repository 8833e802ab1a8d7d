/** Our server and sessions that use it on the simulated network. */
@NullMarked
package dev.isthmus.turn.sim;

import org.jspecify.annotations.NullMarked;
