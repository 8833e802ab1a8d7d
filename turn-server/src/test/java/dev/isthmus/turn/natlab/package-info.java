/** Agents in network namespaces, behind NATs that the kernel makes. */
@NullMarked
package dev.isthmus.turn.natlab;

import org.jspecify.annotations.NullMarked;
