package dev.isthmus.ice.mdns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.count.Counters;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.sim.SeededRandom;
import dev.isthmus.ice.time.Deadline;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** Questions and answers of RFC 6762, as far as names of candidates need them. */
class MdnsTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final TransportAddress ASKER = Objects.requireNonNull(TransportAddress.parse("192.0.2.1:5353"));
    private static final TransportAddress OTHER = Objects.requireNonNull(TransportAddress.parse("192.0.2.2:5353"));
    private final Counters<MdnsReason> counters = new Counters<>(MdnsReason.class);
    private final Mdns asking = new Mdns(new SeededRandom(1), counters);
    private final Mdns answering = new Mdns(new SeededRandom(2), counters);
    private final List<@Nullable TransportAddress> answers = new ArrayList<>();
    private long now = 5 * SECOND;

    private byte[] next(Mdns from) {
        return Objects.requireNonNull(from.pollTransmit()).bytes();
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.5:1000", "[2001:db8::5]:1000"})
    void aNameIsAnAddress(String host) {
        TransportAddress address = Objects.requireNonNull(TransportAddress.parse(host));
        String name = answering.offer(address);
        assertThat(name).matches("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\\.local");
        assertThat(answering.offer(address.withPort(7))).isEqualTo(name);
        asking.resolve(name.toUpperCase(java.util.Locale.ROOT), now, answers::add);
        asking.resolve(name, now, answers::add); // asked once
        answering.onPacket(next(asking), ASKER, now);
        assertThat(asking.pollTransmit()).isNull();
        asking.onPacket(next(answering), OTHER, now);
        assertThat(answers).containsExactly(address.withPort(0), address.withPort(0));
        assertThat(asking.nextDeadline()).isEqualTo(Deadline.NONE);
    }

    @Test
    void nobodyAnswers() {
        asking.resolve("nobody.local", now, answers::add);
        List<Long> asked = new ArrayList<>();
        while (asking.nextDeadline() != Deadline.NONE) {
            while (asking.pollTransmit() != null) {
                asked.add(now / SECOND);
            }
            now = asking.nextDeadline();
            asking.onTimeout(now);
        }
        assertThat(asked).containsExactly(5L, 6L, 8L);
        assertThat(now).isEqualTo(10 * SECOND);
        assertThat(answers).containsExactly((TransportAddress) null);
        assertThat(counters.get(MdnsReason.UNRESOLVED)).isEqualTo(1);
    }

    /** Nothing of a peer's makes us ask ordinary names, and nobody can make us ask without end. */
    @Test
    void whatIsNotAsked() {
        for (String name : List.of("a.b.local", "local", "host.example", "-.local ", "a".repeat(64) + ".local", ".local")) {
            asking.resolve(name, now, answers::add);
        }
        assertThat(answers).hasSize(6).containsOnlyNulls();
        for (int i = 0; i < 300; i++) {
            asking.resolve("name" + i + ".local", now, answers::add);
        }
        assertThat(counters.get(MdnsReason.TOO_MANY)).isEqualTo(44);
    }

    /** Section 6: everybody is told once a second at most; one that asks alone is answered alone. */
    @Test
    void answersAreLimited() {
        String name = answering.offer(OTHER);
        byte[] question = MdnsMessages.question(name);
        answering.onPacket(question, ASKER, now);
        assertThat(Objects.requireNonNull(answering.pollTransmit()).to()).isNull();
        answering.onPacket(question, ASKER, now + SECOND / 2);
        assertThat(answering.pollTransmit()).isNull();
        answering.onPacket(question, ASKER, now + SECOND);
        assertThat(answering.pollTransmit()).isNotNull();
    }

    /** Section 6.7: a resolver that knows nothing of multicast gets an answer that it understands. */
    @Test
    void anOrdinaryResolver() throws Exception {
        String name = answering.offer(OTHER);
        Message question = Message.newQuery(Record.newRecord(Name.fromString(name + "."), Type.A, DClass.IN));
        answering.onPacket(question.toWire(), ASKER.withPort(40_000), now);
        MdnsTransmit sent = Objects.requireNonNull(answering.pollTransmit());
        assertThat(sent.to()).isEqualTo(ASKER.withPort(40_000));
        Message answer = new Message(sent.bytes());
        assertThat(answer.getHeader().getID()).isEqualTo(question.getHeader().getID());
        assertThat(answer.getSection(Section.ANSWER)).hasSize(1);
        assertThat(answer.getSection(Section.ANSWER).get(0).getTTL()).isLessThanOrEqualTo(10);
        assertThat(answer.getSection(Section.QUESTION)).hasSize(1);
    }

    @Test
    void namesThatAreTakenBack() {
        String name = answering.offer(OTHER);
        answering.offer(OTHER);
        answering.withdraw(name);
        answering.onPacket(MdnsMessages.question(name), ASKER, now);
        assertThat(answering.pollTransmit()).isNotNull();
        answering.withdraw(name);
        answering.onPacket(MdnsMessages.question(name), ASKER, now + 5 * SECOND);
        assertThat(answering.pollTransmit()).isNull();
    }

    /** Answers from elsewhere than the port of mDNS count for nothing, and garbage for a counter. */
    @Test
    void whatIsNotBelieved() {
        String name = answering.offer(OTHER);
        asking.resolve(name, now, answers::add);
        asking.onPacket(MdnsMessages.answer(name, OTHER), OTHER.withPort(1000), now);
        assertThat(answers).isEmpty();
        SeededRandom random = new SeededRandom(7);
        for (int i = 0; i < 1000; i++) {
            asking.onPacket(random.bytes(i % 80), OTHER, now);
        }
        assertThat(counters.get(MdnsReason.MALFORMED)).isPositive();
        assertThat(answers).isEmpty();
    }
}
