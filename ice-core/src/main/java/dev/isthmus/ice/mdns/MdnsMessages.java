package dev.isthmus.ice.mdns;

import dev.isthmus.ice.net.TransportAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/** The messages of multicast DNS (RFC 6762, section 18). */
final class MdnsMessages {
    /** Section 10: records of host names live two minutes. */
    private static final long TTL = 120;
    /** Section 6.7: whoever asks from another port is not told for longer than that. */
    private static final long LEGACY_TTL = 10;
    private static final int CACHE_FLUSH = 0x8000;

    private MdnsMessages() {}

    /** Returns a question for both kinds of addresses. */
    static byte[] question(String name) {
        Message message = new Message(0);
        message.getHeader().unsetFlag(Flags.RD);
        for (int type : new int[]{Type.A, Type.AAAA}) {
            message.addRecord(Record.newRecord(name(name), type, DClass.IN), Section.QUESTION);
        }
        return message.toWire();
    }

    /** Returns what everybody is told. */
    static byte[] answer(String name, TransportAddress host) {
        Message message = response(0);
        message.addRecord(record(name, host, DClass.IN | CACHE_FLUSH, TTL), Section.ANSWER);
        return message.toWire();
    }

    /** Returns what one is told who asks as one asks an ordinary server, or null when that is for the other kind of address. */
    static byte @Nullable [] legacyAnswer(int id, Record question, String name, TransportAddress host) {
        boolean matches = question.getType() == Type.ANY || question.getType() == (host.ipv4() ? Type.A : Type.AAAA);
        if (!matches) {
            return null;
        }
        Message message = response(id);
        message.addRecord(question, Section.QUESTION);
        message.addRecord(record(name, host, DClass.IN, LEGACY_TTL), Section.ANSWER);
        return message.toWire();
    }

    private static Message response(int id) {
        Message message = new Message(id);
        message.getHeader().setFlag(Flags.QR);
        message.getHeader().setFlag(Flags.AA);
        message.getHeader().unsetFlag(Flags.RD);
        return message;
    }

    private static Record record(String name, TransportAddress host, int dclass, long ttl) {
        try {
            InetAddress address = InetAddress.getByAddress(host.bytes());
            return host.ipv4() ? new ARecord(name(name), dclass, ttl, address) : new AAAARecord(name(name), dclass, ttl, address);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four or sixteen bytes are an address", e);
        }
    }

    private static Name name(String text) {
        try {
            return Name.fromString(text + ".");
        } catch (TextParseException e) {
            throw new IllegalStateException("a label and .local are a name", e);
        }
    }

    /** Returns a record's name in lower case, without the last dot. */
    static String name(Record record) {
        return record.getName().toString(true).toLowerCase(Locale.ROOT);
    }

    /** Returns sixteen bytes, also of an address that Java takes for one of IPv4. */
    static byte[] bytes(AAAARecord record) {
        byte[] wire = record.rdataToWireCanonical();
        return wire.length == 16 ? wire : record.getAddress().getAddress();
    }
}
