package dev.isthmus.ice.dtls;

/** What an engine tells its owner; drained with {@link DtlsEngine#pollEvent}. */
public sealed interface DtlsEvent {
    /** The handshake is done and the peer's certificate has a signalled fingerprint. */
    record Connected(SrtpKeys keys) implements DtlsEvent {}

    /** The handshake of an association without media keys is done. */
    record Open() implements DtlsEvent {}

    /** Application data of the peer's came. */
    record Data(byte[] bytes) implements DtlsEvent {}

    /** The handshake failed; the text says why. */
    record Failed(String why) implements DtlsEvent {}

    /** The peer closed the association. */
    record Closed() implements DtlsEvent {}
}
