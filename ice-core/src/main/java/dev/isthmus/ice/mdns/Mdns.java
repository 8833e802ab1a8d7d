package dev.isthmus.ice.mdns;

import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.time.Deadline;
import dev.isthmus.ice.time.RandomSource;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;

/**
 * Asks for the names that peers put in place of their addresses, and answers for our own (RFC 6762; the draft on mDNS candidates): a state
 * machine without sockets. After each call the owner drains {@link #pollTransmit}.
 */
public final class Mdns {
    /** The port of RFC 6762, section 3. */
    public static final int PORT = 5353;
    private static final int MOST_NAMES = 256;
    /** Section 18.12 and 10.2: the highest bit of the class. */
    private static final int TOP_BIT = 0x8000;

    private final RandomSource random;
    private final Counters<MdnsReason> counters;
    private final Map<String, MdnsQuestion> questions = new HashMap<>();
    private final Map<String, OwnName> own = new HashMap<>();
    private final Deque<MdnsTransmit> transmits = new ArrayDeque<>();

    /** Creates one that knows no names. */
    public Mdns(RandomSource random, Counters<MdnsReason> counters) {
        this.random = random;
        this.counters = counters;
    }

    /** Returns whether a peer may mean that: one label and {@code .local}, since others ask for more than an address. */
    public static boolean isName(String name) {
        return name.toLowerCase(Locale.ROOT).matches("[a-z0-9-]{1,63}\\.local");
    }

    /**
     * Asks for a name. The answer, or null when there is none within five seconds, comes once, perhaps before this returns.
     *
     * @param name one label and {@code .local}
     */
    public void resolve(String name, long nowNanos, Consumer<@Nullable TransportAddress> answer) {
        String key = name.toLowerCase(Locale.ROOT);
        MdnsQuestion known = questions.get(key);
        if (!isName(key) || known == null && questions.size() >= MOST_NAMES) {
            counters.count(isName(key) ? MdnsReason.TOO_MANY : MdnsReason.NOT_A_NAME);
            answer.accept(null);
        } else if (known != null) {
            known.waits(answer);
        } else {
            MdnsQuestion asked = new MdnsQuestion(MdnsMessages.question(key), nowNanos);
            asked.waits(answer);
            questions.put(key, asked);
            transmits.add(new MdnsTransmit(null, asked.bytes()));
        }
    }

    /** Another interface has come up: what is asked for is asked there too. */
    public void repeat() {
        questions.values().forEach(question -> transmits.add(new MdnsTransmit(null, question.bytes())));
    }

    /** Makes a name for an address of ours, and answers for it from now on; the same address has one name. */
    public String offer(TransportAddress host) {
        for (OwnName name : own.values()) {
            if (name.host.sameHost(host)) {
                name.users++;
                return name.name;
            }
        }
        String name = randomName();
        own.put(name, new OwnName(name, host));
        return name;
    }

    /** A random UUID (RFC 9562, section 5.4), as the draft has it. */
    private String randomName() {
        long high = random.nextLong();
        long low = random.nextLong();
        return "%08x-%04x-4%03x-%04x-%012x.local".formatted(high >>> 32, high >>> 16 & 0xffff, high & 0xfff, low >>> 50 | 0x8000,
                low & 0xffff_ffff_ffffL);
    }

    /** Answers no more for a name, when everybody who had it has said so. */
    public void withdraw(String name) {
        OwnName offered = own.get(name);
        if (offered != null && --offered.users == 0) {
            own.remove(name);
        }
    }

    /** Takes a datagram that came to the port. */
    public void onPacket(byte[] bytes, TransportAddress from, long nowNanos) {
        Message message;
        try {
            message = new Message(bytes);
        } catch (IOException | RuntimeException e) {
            counters.count(MdnsReason.MALFORMED);
            return;
        }
        if (message.getHeader().getFlag(Flags.QR)) {
            onAnswer(message, from);
        } else {
            onQuestion(message, from, nowNanos);
        }
    }

    private void onAnswer(Message message, TransportAddress from) {
        for (Record record : message.getSection(Section.ANSWER)) {
            String name = MdnsMessages.name(record);
            TransportAddress address = switch (record) {
                case ARecord a -> TransportAddress.of(a.getAddress().getAddress(), 0);
                case AAAARecord a -> TransportAddress.of(MdnsMessages.bytes(a), 0);
                default -> null;
            };
            MdnsQuestion asked = address == null || from.port() != PORT ? null : questions.remove(name);
            if (asked != null) {
                counters.count(MdnsReason.RESOLVED);
                asked.answer(address);
            }
        }
    }

    private void onQuestion(Message message, TransportAddress from, long nowNanos) {
        Set<OwnName> answered = new HashSet<>();
        for (Record question : message.getSection(Section.QUESTION)) {
            OwnName asked = own.get(MdnsMessages.name(question));
            if (asked == null || answered.contains(asked) || (question.getDClass() & ~TOP_BIT) != DClass.IN) {
                continue;
            }
            boolean legacy = from.port() != PORT;
            boolean unicast = legacy || (question.getDClass() & TOP_BIT) != 0;
            if (!asked.mayAnswer(unicast, nowNanos)) {
                counters.count(MdnsReason.SUPPRESSED);
                continue;
            }
            byte[] bytes = legacy
                    ? MdnsMessages.legacyAnswer(message.getHeader().getID(), question, asked.name, asked.host)
                    : MdnsMessages.answer(asked.name, asked.host);
            if (bytes != null) {
                answered.add(asked);
                counters.count(MdnsReason.ANSWERED);
                transmits.add(new MdnsTransmit(unicast ? from : null, bytes));
            }
        }
    }

    /** Asks again, and gives up, what is due. */
    public void onTimeout(long nowNanos) {
        List<String> due = new ArrayList<>();
        questions.forEach((name, question) -> {
            if (Deadline.due(question.deadline(), nowNanos)) {
                due.add(name);
            }
        });
        for (String name : due) {
            MdnsQuestion question = questions.get(name);
            if (question != null && question.again(nowNanos)) {
                transmits.add(new MdnsTransmit(null, question.bytes()));
            } else if (question != null) {
                questions.remove(name);
                counters.count(MdnsReason.UNRESOLVED);
                question.answer(null);
            }
        }
    }

    /** Returns when {@link #onTimeout} is to be called next. */
    public long nextDeadline() {
        long nearest = Deadline.NONE;
        for (MdnsQuestion question : questions.values()) {
            nearest = Deadline.nearer(nearest, question.deadline());
        }
        return nearest;
    }

    /** Takes the next message to send, or null. */
    public @Nullable MdnsTransmit pollTransmit() {
        return transmits.poll();
    }

    /** A name of ours, and when its address was last told to everybody. */
    private static final class OwnName {
        private static final long INTERVAL = 1_000_000_000L; // section 6: a record is multicast once a second at most
        private static final int MOST_ALONE = 20;
        private final String name;
        private final TransportAddress host;
        private int users = 1;
        private long toldAt = Long.MIN_VALUE / 2;
        private long aloneSince = Long.MIN_VALUE / 2;
        private int alone;

        OwnName(String name, TransportAddress host) {
            this.name = name;
            this.host = host;
        }

        boolean mayAnswer(boolean unicast, long nowNanos) {
            if (unicast) {
                if (nowNanos - aloneSince >= INTERVAL) {
                    aloneSince = nowNanos;
                    alone = 0;
                }
                return alone++ < MOST_ALONE;
            }
            boolean may = nowNanos - toldAt >= INTERVAL;
            toldAt = may ? nowNanos : toldAt;
            return may;
        }
    }
}
