package dev.isthmus.ice.dtls;

import dev.isthmus.ice.net.AddressKey;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The cookie exchange of a DTLS server that keeps nothing (RFC 6347, section 4.2.1): whoever sends a ClientHello is asked for it again with a
 * cookie, which only who receives at that address can have. A ClientHello in fragments is judged by its first one, in which the cookie stands
 * in any case; the answer is always shorter than what it answers. Not thread-safe; verifiers with one key accept each other's cookies.
 *
 * <pre>
 * record    type 1, version 2, epoch 2, sequence 6, length 2
 * handshake type 1, length 3, message sequence 2, fragment offset 3, fragment length 3
 * body      version 2, random 32, session id 1 + n, cookie 1 + n, cipher suites, …
 * </pre>
 */
public final class HelloVerifier {
    /** What a datagram of a stranger is. */
    public enum Verdict {
        /** Nothing that begins an association. */
        STRANGE,
        /** A ClientHello without a valid cookie: {@link #writeRequest} asks for one. */
        ASK,
        /** A ClientHello, or its first fragment, with a valid cookie. */
        VALID
    }

    static final int RECORD_HEADER = 13;
    static final int HANDSHAKE_HEADER = 12;
    static final byte HANDSHAKE = 22;
    static final byte CLIENT_HELLO = 1;
    private static final byte HELLO_VERIFY_REQUEST = 3;
    /** DTLS 1.0, whatever will be agreed on (section 4.2.1). */
    private static final short VERSION = (short) 0xFEFF;
    private static final int COOKIE_BYTES = 16;
    private static final int RANDOM_END = 34;
    private static final long PERIOD = TimeUnit.SECONDS.toNanos(60);

    private final Mac mac;
    private final byte[] sequence = new byte[6];
    private final byte[] given = new byte[COOKIE_BYTES];
    private final byte[] flow = new byte[8 + 16 + 16 + 4];
    private final byte[] parameters = new byte[RANDOM_END + 1 + 255];
    private byte[] wanted = {};

    /** Creates a verifier with a secret of 32 bytes. */
    public HelloVerifier(byte[] key) {
        try {
            mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Judges a datagram from a client that has no association. */
    public Verdict check(ByteBuffer b, int offset, int length, AddressKey client, long nowNanos) {
        int body = offset + RECORD_HEADER + HANDSHAKE_HEADER;
        if (!beginsHello(b, offset, length)) {
            return Verdict.STRANGE;
        }
        int end = Math.min(offset + RECORD_HEADER + (b.getShort(offset + 11) & 0xffff), body + uint24(b, offset + RECORD_HEADER + 9));
        if (end > offset + length || end < body + RANDOM_END + 2) {
            return Verdict.STRANGE;
        }
        int session = b.get(body + RANDOM_END) & 0xff;
        int cookie = body + RANDOM_END + 1 + session;
        if (cookie >= end) {
            return Verdict.STRANGE;
        }
        int cookieLength = b.get(cookie) & 0xff;
        if (cookie + 1 + cookieLength > end) {
            return Verdict.STRANGE;
        }
        b.get(offset + 5, sequence);
        b.get(body, parameters, 0, RANDOM_END + 1 + session);
        long period = Math.floorDiv(nowNanos, PERIOD);
        wanted = cookie(client, RANDOM_END + 1 + session, period);
        if (cookieLength != COOKIE_BYTES) {
            return Verdict.ASK;
        }
        b.get(cookie + 1, given);
        boolean valid = MessageDigest.isEqual(given, wanted)
                || MessageDigest.isEqual(given, cookie(client, RANDOM_END + 1 + session, period - 1));
        return valid ? Verdict.VALID : Verdict.ASK;
    }

    /** Whether a plaintext record comes first and in it the beginning of a ClientHello. */
    public static boolean beginsHello(ByteBuffer b, int offset, int length) {
        return length > RECORD_HEADER + HANDSHAKE_HEADER && b.get(offset) == HANDSHAKE && b.get(offset + 1) == (byte) 0xFE
                && b.getShort(offset + 3) == 0 && b.get(offset + RECORD_HEADER) == CLIENT_HELLO
                && uint24(b, offset + RECORD_HEADER + 6) == 0;
    }

    private byte[] cookie(AddressKey client, int parameterBytes, long period) {
        ByteBuffer.wrap(flow).putLong(period).putLong(client.remoteHigh()).putLong(client.remoteLow()).putLong(client.localHigh())
                .putLong(client.localLow()).putShort((short) client.remotePort()).putShort((short) client.localPort());
        mac.update(flow);
        mac.update(parameters, 0, parameterBytes);
        return Arrays.copyOf(mac.doFinal(), COOKIE_BYTES);
    }

    /** Writes the HelloVerifyRequest for what {@link #check} saw last; returns its length. */
    public int writeRequest(ByteBuffer out, int offset) {
        int body = 3 + COOKIE_BYTES;
        out.put(offset, HANDSHAKE).putShort(offset + 1, VERSION).putShort(offset + 3, (short) 0).put(offset + 5, sequence)
                .putShort(offset + 11, (short) (HANDSHAKE_HEADER + body));
        int message = offset + RECORD_HEADER;
        out.put(message, HELLO_VERIFY_REQUEST).put(message + 1, (byte) 0).putShort(message + 2, (short) body)
                .putShort(message + 4, (short) 0).put(message + 6, (byte) 0).putShort(message + 7, (short) 0).put(message + 9, (byte) 0)
                .putShort(message + 10, (short) body);
        int at = message + HANDSHAKE_HEADER;
        out.putShort(at, VERSION).put(at + 2, (byte) COOKIE_BYTES).put(at + 3, wanted);
        return RECORD_HEADER + HANDSHAKE_HEADER + body;
    }

    /** Returns the cookie of the hello that {@link #check} found valid last. */
    public byte[] cookie() {
        return given.clone();
    }

    static int uint24(ByteBuffer b, int at) {
        return (b.getShort(at) & 0xffff) << 8 | b.get(at + 2) & 0xff;
    }
}
