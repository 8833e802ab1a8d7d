@NullMarked
package dev.isthmus.ice.conformance;

import org.jspecify.annotations.NullMarked;
