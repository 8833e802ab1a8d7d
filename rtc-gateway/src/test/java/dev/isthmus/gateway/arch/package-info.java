@NullMarked
package dev.isthmus.gateway.arch;

import org.jspecify.annotations.NullMarked;
