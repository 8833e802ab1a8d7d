/** Deadlines, the two injected clocks and the injected random source. */
@NullMarked
package dev.isthmus.ice.time;

import org.jspecify.annotations.NullMarked;
