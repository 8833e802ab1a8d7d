package dev.isthmus.gateway.sctp;

/** With peers that do not mix the parts of messages (RFC 9260 alone). */
class SctpPlainTest extends SctpScenarios {
    SctpPlainTest() {
        super(false);
    }
}
