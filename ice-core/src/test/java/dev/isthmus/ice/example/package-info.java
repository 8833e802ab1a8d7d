/** Programs of docs/embedding.md. */
@NullMarked
package dev.isthmus.ice.example;

import org.jspecify.annotations.NullMarked;
