/** SDP (RFC 8866) and offer/answer (RFC 3264, RFC 9429): parser, model, answers. */
@NullMarked
package dev.isthmus.gateway.sdp;

import org.jspecify.annotations.NullMarked;
