/** The two legs of a call and what is translated between them. */
@NullMarked
package dev.isthmus.gateway.bridge;

import org.jspecify.annotations.NullMarked;
