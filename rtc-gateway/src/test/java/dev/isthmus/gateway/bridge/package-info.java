@NullMarked
package dev.isthmus.gateway.bridge;

import org.jspecify.annotations.NullMarked;
