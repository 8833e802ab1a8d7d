@NullMarked
package dev.isthmus.gateway.codec;

import org.jspecify.annotations.NullMarked;
