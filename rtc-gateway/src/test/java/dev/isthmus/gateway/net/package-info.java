@NullMarked
package dev.isthmus.gateway.net;

import org.jspecify.annotations.NullMarked;
