/** Tests of SCTP, in virtual time. */
@NullMarked
package dev.isthmus.gateway.sctp;

import org.jspecify.annotations.NullMarked;
