@NullMarked
package dev.isthmus.turn.app;

import org.jspecify.annotations.NullMarked;
