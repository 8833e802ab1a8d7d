@NullMarked
package dev.isthmus.gateway.app;

import org.jspecify.annotations.NullMarked;
