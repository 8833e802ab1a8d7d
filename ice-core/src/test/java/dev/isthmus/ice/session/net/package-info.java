/** Sessions with real sockets on loopback. */
@NullMarked
package dev.isthmus.ice.session.net;

import org.jspecify.annotations.NullMarked;
