@NullMarked
package dev.isthmus.gateway.ops;

import org.jspecify.annotations.NullMarked;
