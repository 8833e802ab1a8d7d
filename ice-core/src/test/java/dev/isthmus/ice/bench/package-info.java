/** Measurements of the ICE agent; run by hand, nothing is asserted. */
@NullMarked
package dev.isthmus.ice.bench;

import org.jspecify.annotations.NullMarked;
