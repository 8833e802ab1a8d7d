@NullMarked
package dev.isthmus.gateway.srtp;

import org.jspecify.annotations.NullMarked;
