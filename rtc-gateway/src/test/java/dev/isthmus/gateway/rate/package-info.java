@NullMarked
package dev.isthmus.gateway.rate;

import org.jspecify.annotations.NullMarked;
