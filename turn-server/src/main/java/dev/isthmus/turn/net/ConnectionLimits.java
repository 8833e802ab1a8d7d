package dev.isthmus.turn.net;

/**
 * How many TCP connections there may be.
 *
 * @param all in all
 * @param perAddress of one source address
 */
public record ConnectionLimits(int all, int perAddress) {}
