package dev.isthmus.gateway.peer;

import org.jspecify.annotations.Nullable;

/**
 * What an offer is to be like (webrtc-pc, section 4.2.6 and 4.4.3.2).
 *
 * @param iceRestart whether ICE begins anew
 * @param offerToReceiveAudio true adds a transceiver that receives unless there is one, false stops receiving, null leaves all as it is
 * @param offerToReceiveVideo likewise
 */
public record RTCOfferOptions(boolean iceRestart, @Nullable Boolean offerToReceiveAudio, @Nullable Boolean offerToReceiveVideo) {
    /** Nothing is wanted. */
    public static final RTCOfferOptions NONE = new RTCOfferOptions(false, null, null);

    /** Returns options that ask for new credentials of ICE. */
    public static RTCOfferOptions restart() {
        return new RTCOfferOptions(true, null, null);
    }
}
