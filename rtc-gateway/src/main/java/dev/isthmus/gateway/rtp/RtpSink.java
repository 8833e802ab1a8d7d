package dev.isthmus.gateway.rtp;

/** Takes packets of a stream. */
@FunctionalInterface
public interface RtpSink {
    /** Takes a packet; it may be read until this method returns, and changed by the only sink that there is. */
    void onPacket(RtpPacket packet);

    /** The source has told its clock: the NTP time that belongs to a timestamp of its packets (RFC 3550, section 6.4.1). */
    default void onSenderReport(int ssrc, long ntp, int rtpTimestamp, long nowNanos) {}
}
