package dev.isthmus.gateway.rtp;

/** Takes packets of a stream. */
@FunctionalInterface
public interface RtpSink {
    /** Takes a packet; it may be read and its payload changed until this method returns. */
    void onPacket(RtpPacket packet);
}
