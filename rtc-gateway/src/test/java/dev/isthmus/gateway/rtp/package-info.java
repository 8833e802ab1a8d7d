@NullMarked
package dev.isthmus.gateway.rtp;

import org.jspecify.annotations.NullMarked;
