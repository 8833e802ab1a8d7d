@NullMarked
package dev.isthmus.gateway.interop;

import org.jspecify.annotations.NullMarked;
