package dev.isthmus.ice.dtls;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an engine tells its owner; drained with {@link DtlsEngine#pollEvent}. */
public sealed interface DtlsEvent {
    /**
     * The handshake is done and the peer's certificate has a signalled fingerprint.
     *
     * @param own our certificate in DER
     * @param certificates the peer's in DER, its own first
     */
    record Connected(SrtpKeys keys, byte[] own, List<byte[]> certificates) implements DtlsEvent {}

    /** The handshake of an association without media keys is done. */
    record Open() implements DtlsEvent {}

    /** Application data of the peer's came. */
    record Data(byte[] bytes) implements DtlsEvent {}

    /**
     * The handshake failed, or an alert has ended the association after it.
     *
     * @param why for people
     * @param refusal why this side refused the peer, or null
     * @param received the peer's alert that ended it, or -1
     * @param sent our alert that ended it, or -1
     */
    record Failed(String why, @Nullable DtlsReason refusal, int received, int sent) implements DtlsEvent {}

    /** The peer closed the association. */
    record Closed() implements DtlsEvent {}
}
