@NullMarked
package dev.isthmus.gateway.sdp;

import org.jspecify.annotations.NullMarked;
