package dev.isthmus.gateway.peer;

/** The peer has opened a data channel (webrtc-pc, section 6.3). */
public final class RTCDataChannelEvent extends Event {
    private final RTCDataChannel channel;

    RTCDataChannelEvent(RTCDataChannel channel) {
        super("datachannel");
        this.channel = channel;
    }

    /** Returns the channel. */
    public RTCDataChannel getChannel() {
        return channel;
    }
}
