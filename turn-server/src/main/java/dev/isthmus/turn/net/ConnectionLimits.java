package dev.isthmus.turn.net;

/**
 * How many TCP connections and DTLS associations there may be, and what they may cost.
 *
 * @param all in all
 * @param perAddress of one source address
 * @param handshakes TLS and DTLS handshakes at one time, in all
 * @param handshakesPerAddress TLS and DTLS handshakes at one time of one source address
 * @param unsent bytes of data that may wait for a client that is slow to read
 */
public record ConnectionLimits(int all, int perAddress, int handshakes, int handshakesPerAddress, int unsent) {}
