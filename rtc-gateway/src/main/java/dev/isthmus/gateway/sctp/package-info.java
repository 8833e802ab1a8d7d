/**
 * SCTP as data channels use it (RFC 9260 with RFC 3758, RFC 6525, RFC 8260 and RFC 9653), over DTLS (RFC 8261): state machines without sockets,
 * clocks or threads. {@link dev.isthmus.gateway.sctp.SctpAssociation} is the way in.
 */
@NullMarked
package dev.isthmus.gateway.sctp;

import org.jspecify.annotations.NullMarked;
