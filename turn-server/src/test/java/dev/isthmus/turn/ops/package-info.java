/** Tests of the configuration. */
@NullMarked
package dev.isthmus.turn.ops;

import org.jspecify.annotations.NullMarked;
