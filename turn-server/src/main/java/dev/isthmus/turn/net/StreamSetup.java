package dev.isthmus.turn.net;

import dev.isthmus.ice.net.TransportAddress;
import io.netty.handler.ssl.SslContext;
import org.jspecify.annotations.Nullable;

/**
 * How a TCP port is listened on.
 *
 * @param address where; port 0 takes any free one
 * @param tls what TLS connections are made with, or null where there is none
 * @param plain whether connections without TLS are taken; the first byte tells which is which
 */
public record StreamSetup(TransportAddress address, @Nullable SslContext tls, boolean plain) {}
