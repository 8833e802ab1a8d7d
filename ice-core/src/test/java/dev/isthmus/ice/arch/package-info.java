@NullMarked
package dev.isthmus.ice.arch;

import org.jspecify.annotations.NullMarked;
