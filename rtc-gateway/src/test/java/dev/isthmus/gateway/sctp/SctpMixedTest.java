package dev.isthmus.gateway.sctp;

/** With peers that mix the parts of messages (RFC 8260). */
class SctpMixedTest extends SctpScenarios {
    SctpMixedTest() {
        super(true);
    }
}
