/** What both daemons need to run: configuration, command line, secrets, readiness. */
@NullMarked
package dev.isthmus.ice.ops;

import org.jspecify.annotations.NullMarked;
