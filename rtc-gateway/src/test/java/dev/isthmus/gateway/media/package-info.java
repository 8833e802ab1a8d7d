@NullMarked
package dev.isthmus.gateway.media;

import org.jspecify.annotations.NullMarked;
