/** Multicast DNS in virtual time. */
@NullMarked
package dev.isthmus.ice.mdns;

import org.jspecify.annotations.NullMarked;
