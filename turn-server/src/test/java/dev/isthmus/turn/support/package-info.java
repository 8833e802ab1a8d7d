@NullMarked
package dev.isthmus.turn.support;

import org.jspecify.annotations.NullMarked;
