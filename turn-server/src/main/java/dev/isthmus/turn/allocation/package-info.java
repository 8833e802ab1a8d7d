/** Allocations, permissions, channels and the port pool. */
@NullMarked
package dev.isthmus.turn.allocation;

import org.jspecify.annotations.NullMarked;
