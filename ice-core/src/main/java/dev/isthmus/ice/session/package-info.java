/** An ICE agent together with its candidates: gathers them, and carries data by the pair that was selected. No sockets. */
@NullMarked
package dev.isthmus.ice.session;

import org.jspecify.annotations.NullMarked;
