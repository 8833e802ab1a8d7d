/** STUN (RFC 8489): flyweight over a message, writer, attributes, integrity, fingerprint. */
@NullMarked
package dev.isthmus.ice.stun;

import org.jspecify.annotations.NullMarked;
