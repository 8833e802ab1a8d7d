/** Which peer addresses may be reached. */
@NullMarked
package dev.isthmus.turn.peers;

import org.jspecify.annotations.NullMarked;
