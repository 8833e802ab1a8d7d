@NullMarked
package dev.isthmus.gateway.dtmf;

import org.jspecify.annotations.NullMarked;
