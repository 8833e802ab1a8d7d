@NullMarked
package dev.isthmus.ice.scenario;

import org.jspecify.annotations.NullMarked;
