/** The ICE agent (RFC 8445): candidates, check list, pairs, nomination, consent. */
@NullMarked
package dev.isthmus.ice.ice;

import org.jspecify.annotations.NullMarked;
