@NullMarked
package dev.isthmus.gateway.load;

import org.jspecify.annotations.NullMarked;
