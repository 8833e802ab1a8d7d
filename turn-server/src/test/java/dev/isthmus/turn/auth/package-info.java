/** Tests of credentials, nonces and limits. */
@NullMarked
package dev.isthmus.turn.auth;

import org.jspecify.annotations.NullMarked;
