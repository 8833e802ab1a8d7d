/** Benchmarks of peer connections, which {@code bench/run} starts. */
@org.jspecify.annotations.NullMarked
package dev.isthmus.gateway.bench;
