@NullMarked
package dev.isthmus.ice.dtls;

import org.jspecify.annotations.NullMarked;
