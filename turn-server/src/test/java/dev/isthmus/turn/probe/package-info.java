@org.jspecify.annotations.NullMarked
package dev.isthmus.turn.probe;
