/** What can be read of a picture without decoding it. */
@NullMarked
package dev.isthmus.gateway.codec;

import org.jspecify.annotations.NullMarked;
