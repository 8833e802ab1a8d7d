/** A simulated network in virtual time, and seeded randomness, for the scenario tests of every module. */
@NullMarked
package dev.isthmus.ice.sim;

import org.jspecify.annotations.NullMarked;
