@NullMarked
package dev.isthmus.turn.server;

import org.jspecify.annotations.NullMarked;
