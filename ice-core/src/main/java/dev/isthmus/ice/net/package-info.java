/** Address keys, packet kinds, loops, the wheel, the ring and the UDP port: the only place with sockets. */
@NullMarked
package dev.isthmus.ice.net;

import org.jspecify.annotations.NullMarked;
