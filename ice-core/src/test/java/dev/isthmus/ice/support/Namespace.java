package dev.isthmus.ice.support;

import dev.isthmus.ice.net.Loop;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/**
 * A network namespace of a test's own, made and removed by {@code ip netns}. A loop that enters it opens all further sockets there; its
 * thread does not come back.
 */
public final class Namespace implements AutoCloseable {
    private static final int O_RDONLY = 0;
    private static final int CLONE_NEWNET = 0x40000000;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private final String name;

    private Namespace(String name) {
        this.name = name;
    }

    /** Makes one with loopback up; a machine that does not let us ends the test. */
    public static Namespace create(String label) throws Exception {
        Peers.command("ip", "iproute2");
        Namespace namespace = new Namespace("isthmus-" + label + "-" + ProcessHandle.current().pid());
        Command made = Command.start("ip", "netns", "add", namespace.name);
        if (made.await(10) != 0) {
            Peers.unable("network namespaces cannot be made here (root is needed): " + made.output());
        }
        namespace.run("ip", "link", "set", "lo", "up");
        return namespace;
    }

    /** Joins two namespaces by a pair of interfaces with an address each. */
    public static void join(Namespace a, String addressA, Namespace b, String addressB, int mtu) throws Exception {
        String left = "l" + Integer.toHexString(addressA.hashCode());
        String right = "r" + Integer.toHexString(addressB.hashCode());
        a.run("ip", "link", "add", left, "mtu", "" + mtu, "type", "veth", "peer", "name", right, "mtu", "" + mtu, "netns", b.name);
        a.run("ip", "addr", "add", addressA + "/24", "dev", left);
        b.run("ip", "addr", "add", addressB + "/24", "dev", right);
        a.run("ip", "link", "set", left, "up");
        b.run("ip", "link", "set", right, "up");
    }

    /** Returns its name, as {@code ip netns} knows it. */
    public String name() {
        return name;
    }

    /** Runs a command inside; it must succeed. */
    public String run(String... command) throws Exception {
        String[] all = new String[command.length + 4];
        System.arraycopy(new String[]{"ip", "netns", "exec", name}, 0, all, 0, 4);
        System.arraycopy(command, 0, all, 4, command.length);
        Command run = Command.start(all);
        if (run.await(10) != 0) {
            throw new AssertionError(String.join(" ", command) + ": " + run.output());
        }
        return run.output();
    }

    /** Moves a loop's thread into this namespace. */
    public void enter(Loop loop) {
        loop.submit(() -> {
            enter();
            return true;
        }).join();
    }

    /** Calls something on a thread inside, and returns its result. */
    public <T> T call(Callable<T> task) throws Exception {
        FutureTask<T> future = new FutureTask<>(() -> {
            enter();
            return task.call();
        });
        Thread.ofPlatform().start(future);
        return future.get(30, TimeUnit.SECONDS);
    }

    private void enter() {
        Linker linker = Linker.nativeLinker();
        MethodHandle open = linker.downcallHandle(linker.defaultLookup().findOrThrow("open"),
                FunctionDescriptor.of(INT, ValueLayout.ADDRESS, INT), Linker.Option.firstVariadicArg(2));
        MethodHandle close = linker.downcallHandle(linker.defaultLookup().findOrThrow("close"), FunctionDescriptor.of(INT, INT));
        MethodHandle setns = linker.downcallHandle(linker.defaultLookup().findOrThrow("setns"), FunctionDescriptor.of(INT, INT, INT));
        try (Arena arena = Arena.ofConfined()) {
            int fd = (int) open.invoke(arena.allocateFrom("/run/netns/" + name), O_RDONLY);
            int result = (int) setns.invoke(fd, CLONE_NEWNET);
            int closed = (int) close.invoke(fd);
            if (result != 0 || closed != 0) {
                throw new AssertionError("cannot enter " + name);
            }
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    @Override
    public void close() throws Exception {
        Command.run(10, "ip", "netns", "del", name);
    }
}
