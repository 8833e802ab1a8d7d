@NullMarked
package dev.isthmus.ice.ice;

import org.jspecify.annotations.NullMarked;
