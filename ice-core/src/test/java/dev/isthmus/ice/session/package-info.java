/** Parts of a session by themselves. */
@NullMarked
package dev.isthmus.ice.session;

import org.jspecify.annotations.NullMarked;
