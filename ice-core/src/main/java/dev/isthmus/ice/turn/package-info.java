/** TURN wire format (RFC 8656): ChannelData and channel numbers. */
@NullMarked
package dev.isthmus.ice.turn;

import org.jspecify.annotations.NullMarked;
