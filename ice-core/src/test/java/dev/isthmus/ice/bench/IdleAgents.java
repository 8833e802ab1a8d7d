package dev.isthmus.ice.bench;

import dev.isthmus.ice.ice.Candidate;
import dev.isthmus.ice.ice.IceAgent;
import dev.isthmus.ice.ice.IceCredentials;
import dev.isthmus.ice.ice.IceReason;
import dev.isthmus.ice.ice.IceState;
import dev.isthmus.ice.net.TransportAddress;
import dev.isthmus.ice.net.Wheel;
import dev.isthmus.ice.session.IcePolicy;
import dev.isthmus.ice.session.IceSession;
import dev.isthmus.ice.session.SessionTransmit;
import dev.isthmus.ice.sim.SeededRandom;
import dev.isthmus.ice.turn.client.TurnClient;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What many connected, silent sessions on one loop cost: memory each, and processor time for a consent check with its answer. */
public final class IdleAgents {
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private final SeededRandom random = new SeededRandom(1);
    private final Wheel wheel = new Wheel(0);
    private final List<Member> members = new ArrayList<>();
    private final Deque<Packet> packets = new ArrayDeque<>();
    private final IceSession.Shared tallies = IceSession.Shared.create();
    private long now;

    private record Packet(SessionTransmit sent) {}

    /** A session, with its timer and its only address. */
    private final class Member {
        final IceSession session;
        final TransportAddress address;
        final Wheel.Entry timer = new Wheel.Entry(this::onTimer);

        Member(boolean controlling, int number) {
            address = TransportAddress.ipv4(0x0A000000 + number, 1000);
            session = new IceSession(new IceSession.Setup(
                    new IceAgent.Setup(controlling, random.nextLong(), random.nextInt(), IceCredentials.random(random)), IcePolicy.ALL,
                    List.of(), TurnClient.Family.ANY, false), random, tallies);
        }

        private long onTimer(long nanos) {
            session.onTimeout(nanos);
            flush();
            return session.nextDeadline();
        }

        void flush() {
            for (SessionTransmit t = session.pollTransmit(); t != null; t = session.pollTransmit()) {
                packets.add(new Packet(t));
            }
            while (session.pollEvent() != null) {
                // nobody listens
            }
        }

        void settle() {
            flush();
            wheel.file(timer, session.nextDeadline());
        }
    }

    private void run(long forNanos) {
        for (long end = now + forNanos; now < end; now += MILLI) {
            wheel.advance(now);
            for (Packet p = packets.poll(); p != null; p = packets.poll()) {
                Member to = members.get((int) (p.sent().remote().low() - 0x0A000000L));
                byte[] bytes = p.sent().bytes();
                to.session.onPacket(ByteBuffer.wrap(bytes), 0, bytes.length, to.address, p.sent().local(), now);
                to.settle();
            }
        }
    }

    private void connect(int pairs) {
        for (int i = 0; i < pairs; i++) {
            Member a = new Member(true, 2 * i);
            Member b = new Member(false, 2 * i + 1);
            members.add(a);
            members.add(b);
            for (Member m : List.of(a, b)) {
                Member other = m == a ? b : a;
                m.session.setRemoteCredentials(other.session.agent().localCredentials(), now);
                m.session.gather(List.of(m.address), now);
                m.session.addRemoteCandidate(Candidate.host(other.address, 65535), now);
                m.settle();
            }
        }
        run(TimeUnit.SECONDS.toNanos(60));
        if (members.stream().anyMatch(m -> m.session.agent().state() != IceState.CONNECTED)) {
            throw new IllegalStateException("not all are connected");
        }
    }

    private static long heap() {
        for (int i = 0; i < 5; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** Takes how many agents there are to be; 20,000 unless told. */
    public static void main(String[] args) {
        int count = args.length == 0 ? 20_000 : Integer.parseInt(args[0]);
        new IdleAgents().connect(10); // classes
        long before = heap();
        IdleAgents idle = new IdleAgents();
        idle.connect(count / 2);
        System.out.printf("memory: %d bytes for each of %d connected sessions%n", (heap() - before) / count, count);
        for (int round = 0; round < 5; round++) {
            long checks = idle.tallies.ice().get(IceReason.RESPONSE_ACCEPTED);
            long cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            idle.run(TimeUnit.SECONDS.toNanos(30));
            checks = idle.tallies.ice().get(IceReason.RESPONSE_ACCEPTED) - checks;
            cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpu;
            System.out.printf("consent: %d checks asked and answered in 30 s, %.1f us each, both sides and timers%n", checks,
                    cpu / 1e3 / checks);
        }
        if (idle.members.size() != count) {
            throw new IllegalStateException("they were all alive until now");
        }
    }
}
