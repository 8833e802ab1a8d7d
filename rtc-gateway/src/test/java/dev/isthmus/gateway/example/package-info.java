/** The programs of the documentation. */
@NullMarked
package dev.isthmus.gateway.example;

import org.jspecify.annotations.NullMarked;
