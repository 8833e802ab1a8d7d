/** Configuration and metrics. */
@NullMarked
package dev.isthmus.turn.ops;

import org.jspecify.annotations.NullMarked;
