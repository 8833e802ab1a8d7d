@NullMarked
package dev.isthmus.gateway.support;

import org.jspecify.annotations.NullMarked;
