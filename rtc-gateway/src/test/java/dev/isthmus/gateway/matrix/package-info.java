@NullMarked
package dev.isthmus.gateway.matrix;

import org.jspecify.annotations.NullMarked;
