@NullMarked
package dev.isthmus.turn.allocation;

import org.jspecify.annotations.NullMarked;
