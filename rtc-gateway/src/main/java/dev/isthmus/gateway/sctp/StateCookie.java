package dev.isthmus.gateway.sctp;

import dev.isthmus.ice.time.RandomSource;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** What an INIT has said, handed to the peer and believed when it comes back (RFC 9260, section 5.1.3). */
final class StateCookie {
    private static final int BODY = 32;
    private static final int MAC = 32;
    static final int LENGTH = BODY + MAC;
    private static final long LIFETIME = TimeUnit.SECONDS.toNanos(60);
    private final Mac mac;

    StateCookie(RandomSource random) {
        try {
            mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(random.bytes(MAC), "HmacSHA256"));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Makes the cookie of a beginning. */
    byte[] bake(Beginning theirs, int ourTag, long nowNanos) {
        ByteBuffer cookie = ByteBuffer.allocate(LENGTH);
        cookie.putInt(theirs.tag()).putInt(theirs.window()).putShort((short) theirs.outgoing()).putShort((short) theirs.incoming())
                .putInt(theirs.first()).putInt(theirs.capabilities().bits()).putInt(ourTag).putLong(nowNanos);
        mac.update(cookie.array(), 0, BODY);
        return cookie.put(mac.doFinal()).array();
    }

    /** Returns what a cookie says, or null when it is not ours or too old. */
    @Nullable
    Beginning open(ByteBuffer b, int at, int length, int ourTag, long nowNanos) {
        if (length != LENGTH) {
            return null;
        }
        byte[] bytes = Reassembly.copy(b, at, length);
        mac.update(bytes, 0, BODY);
        ByteBuffer cookie = ByteBuffer.wrap(bytes);
        boolean ours = MessageDigest.isEqual(mac.doFinal(), Arrays.copyOfRange(bytes, BODY, LENGTH)) && cookie.getInt(20) == ourTag;
        if (!ours || nowNanos - cookie.getLong(24) > LIFETIME) {
            return null;
        }
        return new Beginning(cookie.getInt(0), cookie.getInt(4), cookie.getShort(8) & 0xffff, cookie.getShort(10) & 0xffff,
                cookie.getInt(12), Capabilities.of(cookie.getInt(16)));
    }
}
