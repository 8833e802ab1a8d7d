@NullMarked
package dev.isthmus.ice.stun;

import org.jspecify.annotations.NullMarked;
