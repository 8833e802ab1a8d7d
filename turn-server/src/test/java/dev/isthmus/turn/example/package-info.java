/** Programs that the documents show. */
@NullMarked
package dev.isthmus.turn.example;

import org.jspecify.annotations.NullMarked;
