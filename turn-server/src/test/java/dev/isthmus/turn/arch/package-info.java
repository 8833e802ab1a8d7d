@NullMarked
package dev.isthmus.turn.arch;

import org.jspecify.annotations.NullMarked;
