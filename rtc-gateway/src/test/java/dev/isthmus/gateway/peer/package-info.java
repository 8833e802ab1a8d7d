@NullMarked
package dev.isthmus.gateway.peer;

import org.jspecify.annotations.NullMarked;
