@NullMarked
package dev.isthmus.turn.net;

import org.jspecify.annotations.NullMarked;
