package dev.isthmus.ice.dtls.bc;

import java.io.IOException;
import java.security.SecureRandom;
import org.bouncycastle.tls.DTLSRequest;
import org.bouncycastle.tls.DTLSVerifier;
import org.bouncycastle.tls.DatagramSender;
import org.bouncycastle.tls.crypto.TlsHMAC;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsCrypto;

/**
 * Tells the library that a ClientHello has shown its cookie. The library begins after the exchange only with what its own verifier has passed,
 * and that one knows nothing of fragments and makes cookies of its own; so it is given a MAC that yields the cookie that has been checked.
 */
final class VerifiedHello {
    private VerifiedHello() {}

    /** Returns the request of a ClientHello in one record. */
    static DTLSRequest of(byte[] hello, byte[] cookie, SecureRandom random) throws IOException {
        DTLSRequest request = new DTLSVerifier(new Checked(random, cookie)).verifyRequest(new byte[0], hello, 0, hello.length,
                new Mute());
        if (request == null) {
            throw new IOException("the ClientHello is malformed");
        }
        return request;
    }

    /** The request for a cookie was sent long ago. */
    private static final class Mute implements DatagramSender {
        @Override
        public int getSendLimit() {
            return 1500;
        }

        @Override
        public void send(byte[] bytes, int offset, int length) {
            // nothing is to be sent
        }
    }

    private static final class Checked extends BcTlsCrypto {
        private final byte[] cookie;

        Checked(SecureRandom random, byte[] cookie) {
            super(random);
            this.cookie = cookie;
        }

        @Override
        public TlsHMAC createHMAC(int macAlgorithm) {
            return new Constant(cookie);
        }
    }

    private record Constant(byte[] cookie) implements TlsHMAC {
        @Override
        public void setKey(byte[] key, int offset, int length) {
            // the cookie is known
        }

        @Override
        public void update(byte[] input, int offset, int length) {
            // the cookie is known
        }

        @Override
        public byte[] calculateMAC() {
            return cookie.clone();
        }

        @Override
        public void calculateMAC(byte[] output, int offset) {
            System.arraycopy(cookie, 0, output, offset, cookie.length);
        }

        @Override
        public int getMacLength() {
            return cookie.length;
        }

        @Override
        public int getInternalBlockSize() {
            return 64;
        }

        @Override
        public void reset() {
            // nothing is held
        }
    }
}
