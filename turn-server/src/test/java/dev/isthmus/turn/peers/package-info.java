@NullMarked
package dev.isthmus.turn.peers;

import org.jspecify.annotations.NullMarked;
