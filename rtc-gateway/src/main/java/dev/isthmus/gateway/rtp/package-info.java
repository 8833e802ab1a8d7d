/** RTP and RTCP (RFC 3550): flyweights, rewriting, reception statistics, reports. */
@NullMarked
package dev.isthmus.gateway.rtp;

import org.jspecify.annotations.NullMarked;
