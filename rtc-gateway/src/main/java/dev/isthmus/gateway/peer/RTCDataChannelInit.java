package dev.isthmus.gateway.peer;

import org.jspecify.annotations.Nullable;

/**
 * How a data channel is to be (webrtc-pc, section 6.2).
 *
 * @param ordered whether messages come in order
 * @param maxPacketLifeTime for how many milliseconds a message is sent, or null
 * @param maxRetransmits how often it is sent again, or null
 * @param protocol that of the application, or an empty text
 * @param negotiated whether both applications make it, with the same id
 * @param id from 0 to 65,534 where it is negotiated, or null
 * @param priority its share where several wait: very low, low, medium or high (RFC 8831, section 6.4)
 */
public record RTCDataChannelInit(boolean ordered, @Nullable Integer maxPacketLifeTime, @Nullable Integer maxRetransmits, String protocol,
        boolean negotiated, @Nullable Integer id, RTCPriorityType priority) {
    /** In order, and as long as it takes. */
    public static final RTCDataChannelInit DEFAULT = new RTCDataChannelInit(true, null, null, "", false, null, RTCPriorityType.LOW);

    /** Returns the same in order or not. */
    public RTCDataChannelInit withOrdered(boolean inOrder) {
        return new RTCDataChannelInit(inOrder, maxPacketLifeTime, maxRetransmits, protocol, negotiated, id, priority);
    }

    /** Returns the same with messages that are given up after so many milliseconds. */
    public RTCDataChannelInit withMaxPacketLifeTime(int millis) {
        return new RTCDataChannelInit(ordered, millis, maxRetransmits, protocol, negotiated, id, priority);
    }

    /** Returns the same with messages that are sent again at most so many times. */
    public RTCDataChannelInit withMaxRetransmits(int times) {
        return new RTCDataChannelInit(ordered, maxPacketLifeTime, times, protocol, negotiated, id, priority);
    }

    /** Returns the same with a protocol. */
    public RTCDataChannelInit withProtocol(String name) {
        return new RTCDataChannelInit(ordered, maxPacketLifeTime, maxRetransmits, name, negotiated, id, priority);
    }

    /** Returns the same as both applications make it. */
    public RTCDataChannelInit withNegotiated(int stream) {
        return new RTCDataChannelInit(ordered, maxPacketLifeTime, maxRetransmits, protocol, true, stream, priority);
    }

    /** Returns the same with a priority. */
    public RTCDataChannelInit withPriority(RTCPriorityType another) {
        return new RTCDataChannelInit(ordered, maxPacketLifeTime, maxRetransmits, protocol, negotiated, id, another);
    }
}
