/** Telephone events (RFC 4733). */
@NullMarked
package dev.isthmus.gateway.dtmf;

import org.jspecify.annotations.NullMarked;
