@NullMarked
package dev.isthmus.turn.interop;

import org.jspecify.annotations.NullMarked;
