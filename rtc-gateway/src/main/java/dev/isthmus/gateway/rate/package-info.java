/**
 * How much a way can carry: Google congestion control (draft-ietf-rmcat-gcc-02) over transport-wide feedback, and pacing. State machines that are
 * handed the time.
 */
@NullMarked
package dev.isthmus.gateway.rate;

import org.jspecify.annotations.NullMarked;
