package dev.isthmus.turn.probe;

import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.stun.MessageIntegrity;
import dev.isthmus.ice.stun.StunAttribute;
import dev.isthmus.ice.stun.StunWriter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A STUN message taken apart, to be changed and signed again. */
final class Editable {
    /** One attribute. */
    record Attribute(int type, byte[] value) {}

    private static final int ROOM = 4096;
    int type;
    byte[] transaction = new byte[12];
    final List<Attribute> attributes = new ArrayList<>();
    /** Whether it is signed, and how. */
    boolean sha1;
    boolean sha256;
    boolean fingerprint;

    /** Takes a message apart; null when it is no STUN. */
    static @Nullable Editable of(byte[] bytes) {
        if (bytes.length < 20 || (bytes[0] & 0xC0) != 0 || (ByteBuffer.wrap(bytes).getShort(2) & 0xffff) != bytes.length - 20) {
            return null;
        }
        Editable message = new Editable();
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        message.type = buffer.getShort(0) & 0xffff;
        message.transaction = Arrays.copyOfRange(bytes, 8, 20);
        for (int at = 20; at + 4 <= bytes.length;) {
            int kind = buffer.getShort(at) & 0xffff;
            int length = buffer.getShort(at + 2) & 0xffff;
            if (at + 4 + length > bytes.length) {
                return null;
            }
            message.add(kind, Arrays.copyOfRange(bytes, at + 4, at + 4 + length));
            at += 4 + (length + 3 & ~3);
        }
        return message;
    }

    private void add(int kind, byte[] value) {
        switch (kind) {
            case StunAttribute.MESSAGE_INTEGRITY -> sha1 = true;
            case StunAttribute.MESSAGE_INTEGRITY_SHA256 -> sha256 = true;
            case StunAttribute.FINGERPRINT -> fingerprint = true;
            default -> attributes.add(new Attribute(kind, value));
        }
    }

    int method() {
        return type & 0xF | type >> 1 & 0x70 | type >> 2 & 0xF80;
    }

    /** 0 request, 1 indication, 2 success, 3 error. */
    int kind() {
        return type >> 4 & 1 | type >> 7 & 2;
    }

    boolean is(int method, int kind) {
        return method() == method && kind() == kind;
    }

    int code() {
        byte[] value = get(StunAttribute.ERROR_CODE);
        return value == null ? 0 : (value[2] & 7) * 100 + value[3];
    }

    byte @Nullable [] get(int kind) {
        return attributes.stream().filter(a -> a.type() == kind).map(Attribute::value).findFirst().orElse(null);
    }

    /** Returns an attribute that must be there. */
    byte[] value(int kind) {
        byte[] value = get(kind);
        if (value == null) {
            throw new java.util.NoSuchElementException("no attribute " + kind);
        }
        return value;
    }

    boolean has(int kind) {
        return get(kind) != null;
    }

    Editable remove(int kind) {
        attributes.removeIf(a -> a.type() == kind);
        return this;
    }

    /** Gives the first attribute of a type another value, or adds it. */
    Editable set(int kind, byte[] value) {
        for (int i = 0; i < attributes.size(); i++) {
            if (attributes.get(i).type() == kind) {
                attributes.set(i, new Attribute(kind, value));
                return this;
            }
        }
        attributes.add(new Attribute(kind, value));
        return this;
    }

    Editable set(int kind, int value) {
        return set(kind, ByteBuffer.allocate(4).putInt(value).array());
    }

    /** Turns it into the success that answers what it answers. */
    Editable success() {
        type = type & ~0x0110 | 0x0100;
        remove(StunAttribute.ERROR_CODE);
        return this;
    }

    /** Writes an address in the form of XOR-MAPPED-ADDRESS. */
    Editable address(int kind, TransportAddress address) {
        ByteBuffer room = ByteBuffer.allocate(64);
        long low = ByteBuffer.wrap(transaction).getLong(4);
        new StunWriter().begin(room, 0, 0, ByteBuffer.wrap(transaction).getInt(0), low).xorAddress(kind, address);
        return set(kind, Arrays.copyOfRange(room.array(), 24, 24 + (room.getShort(22) & 0xffff)));
    }

    /** Puts it together, signed with that key as it was. */
    byte[] bytes(byte[] key) {
        ByteBuffer room = ByteBuffer.allocate(ROOM);
        ByteBuffer id = ByteBuffer.wrap(transaction);
        StunWriter writer = new StunWriter().begin(room, 0, type, id.getInt(0), id.getLong(4));
        attributes.forEach(a -> writer.bytes(a.type(), a.value()));
        MessageIntegrity integrity = new MessageIntegrity();
        if (sha1) {
            writer.integrity(integrity, key);
        }
        if (sha256) {
            writer.integritySha256(integrity, key);
        }
        if (fingerprint) {
            writer.fingerprint();
        }
        return Arrays.copyOf(room.array(), writer.length());
    }
}
