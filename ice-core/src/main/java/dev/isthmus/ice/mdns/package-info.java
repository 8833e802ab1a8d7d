/** Names of multicast DNS (RFC 6762), which stand for addresses in candidates. No sockets. */
@NullMarked
package dev.isthmus.ice.mdns;

import org.jspecify.annotations.NullMarked;
