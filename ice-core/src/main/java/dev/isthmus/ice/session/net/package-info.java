/** Sessions with sockets: the shell around {@link dev.isthmus.ice.session.IceSession}. */
@NullMarked
package dev.isthmus.ice.session.net;

import org.jspecify.annotations.NullMarked;
