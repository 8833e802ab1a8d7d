package dev.isthmus.gateway.sdp;

/**
 * An attribute line.
 *
 * @param name before the colon
 * @param value behind it, empty for a property attribute
 * @param line its number from 1
 */
public record SdpAttribute(String name, String value, int line) {}
