@NullMarked
package dev.isthmus.ice.net;

import org.jspecify.annotations.NullMarked;
