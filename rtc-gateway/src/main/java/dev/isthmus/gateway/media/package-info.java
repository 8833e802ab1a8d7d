/** The media of a transport: packets told apart, received, sent, reported on. */
@NullMarked
package dev.isthmus.gateway.media;

import org.jspecify.annotations.NullMarked;
