/** Fuzz targets of the parsers; {@code mvn verify} tries what is known, {@code mvn verify -Pfuzz} searches on. */
@org.jspecify.annotations.NullMarked
package dev.isthmus.gateway.fuzz;
