package dev.isthmus.gateway.matrix;

import dev.isthmus.ice.support.Command;

/** An interface that leads nowhere: libnice sends nothing to the addresses of loopback. */
final class OwnInterface implements AutoCloseable {
    static final String ADDRESS = "10.213.7.1";
    private static final String NAME = "isthmus-m";

    OwnInterface() throws Exception {
        close();
        ip("link", "add", NAME, "type", "veth", "peer", "name", NAME + "2");
        ip("link", "set", NAME + "2", "up");
        ip("address", "add", ADDRESS + "/32", "dev", NAME);
        ip("link", "set", NAME, "up");
    }

    private static void ip(String... arguments) throws Exception {
        String[] command = new String[arguments.length + 1];
        command[0] = "ip";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        Command.run(10, command);
    }

    @Override
    public void close() throws Exception {
        ip("link", "delete", NAME);
    }
}
