@NullMarked
package dev.isthmus.ice.ops;

import org.jspecify.annotations.NullMarked;
