/** What every package of the gateway shares. */
@NullMarked
package dev.isthmus.gateway;

import org.jspecify.annotations.NullMarked;
