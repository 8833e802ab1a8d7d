/** Credentials and their policies, nonces, quotas. */
@NullMarked
package dev.isthmus.turn.auth;

import org.jspecify.annotations.NullMarked;
