/** Media ports, the session index and plain RTP sockets. */
@NullMarked
package dev.isthmus.gateway.net;

import org.jspecify.annotations.NullMarked;
