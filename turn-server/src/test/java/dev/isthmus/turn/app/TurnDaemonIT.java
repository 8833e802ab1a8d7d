package dev.isthmus.turn.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.support.Command;
import dev.isthmus.ice.support.Ports;
import dev.isthmus.turn.support.TurnDialog;
import dev.isthmus.turn.support.TurnProcess;
import dev.isthmus.turn.support.TurnSocket;
import dev.isthmus.ice.net.TransportAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract of the command: options, exit codes, signals, readiness, given sockets. */
class TurnDaemonIT {
    private static final String COMMAND = "bin/turn-server";
    private static final int BINDING = 1;

    @TempDir
    Path folder;

    private static int binding(int port) throws Exception {
        try (TurnSocket socket = new TurnSocket()) {
            TurnDialog dialog = socket.dialog(Objects.requireNonNull(TransportAddress.parse("127.0.0.1", port)), "", "");
            return dialog.ask(BINDING, w -> {});
        }
    }

    private static Command ended(int code, String... words) throws Exception {
        Command command = Command.start(words);
        assertThat(command.await(60)).as(command.output()).isEqualTo(code);
        return command;
    }

    @Test
    void wrongOptionsAndKeysAreOneLineAndExitCodeTwo() throws Exception {
        Path file = folder.resolve("turn.conf");
        Files.writeString(file, "isthmus.turn {\n  realm = \"x\"\n  lisseners = []\n}\n");
        assertThat(ended(2, COMMAND, "--config", file.toString()).output()).isEqualTo("turn-server: " + file
                + ":3: unknown key isthmus.turn.lisseners; the nearest known key is isthmus.turn.listeners");
        assertThat(ended(2, COMMAND, "--chek").output())
                .isEqualTo("turn-server: unknown option --chek; the nearest known option is --check");
        assertThat(ended(2, COMMAND, "--config", "/nowhere").output()).contains("/nowhere").hasLineCount(1);
        assertThat(ended(2, COMMAND, "--set", "isthmus.turn.loops=0").output()).contains("isthmus.turn.loops").hasLineCount(1);
    }

    @Test
    void checkVersionAndHelpEndAtOnce() throws Exception {
        assertThat(ended(0, COMMAND, "--check", "--set", "isthmus.turn.auth.users.alice=swordfish").output())
                .contains("isthmus.turn.auth.users = {alice=****}").doesNotContain("swordfish");
        assertThat(ended(0, COMMAND, "--version").output()).startsWith("turn-server ");
        assertThat(ended(0, COMMAND, "--help").output()).contains("--config", "--set", "--check", "--version", "--help");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aPortInUseIsNamedAndExitCodeOne(int loops) throws Exception {
        int port = Ports.free(2);
        String listen = "isthmus.turn.listeners=[{transport=udp,address=\"127.0.0.1\",port=" + port + "}]";
        try (Command first = Command.start(COMMAND, "--set", listen, "--set", "isthmus.turn.loops=" + loops)) {
            first.line(60, l -> l.contains("listening"));
            assertThat(ended(1, COMMAND, "--set", listen, "--set", "isthmus.turn.loops=" + loops).output())
                    .isEqualTo("turn-server: cannot open udp 127.0.0.1:" + port + ": the port is in use");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void signalsEndItOrderlyAndHupIsNeverFatal(String signal) throws Exception {
        try (TurnProcess server = TurnProcess.start()) {
            server.command().signal("HUP");
            server.command().line(10, l -> l.contains("reload is not offered"));
            assertThat(binding(server.port())).isZero();
            server.command().signal(signal);
            assertThat(server.command().await(20)).isZero();
        }
    }

    @Test
    void readinessIsSentWhenThePortsAreOpen() throws Exception {
        Path path = folder.resolve("notify");
        int port = Ports.free(2);
        try (Command manager = Command.start("python3", "src/test/peers/notify_socket.py", path.toString())) {
            manager.line(20, "bound"::equals);
            try (Command server = Command.start(Map.of("NOTIFY_SOCKET", path.toString()), COMMAND, "--set",
                    "isthmus.turn.listeners=[{transport=udp,address=\"127.0.0.1\",port=" + port + "}]")) {
                manager.line(60, "READY=1"::equals);
                assertThat(binding(port)).isZero();
                assertThat(server.stop(20)).isZero();
                manager.line(10, "STOPPING=1"::equals);
            }
        }
    }

    @Test
    void socketsThatAreGivenDecideTheNumberOfLoops() throws Exception {
        try (Command server = Command.start("python3", "src/test/peers/socket_holder.py", "2", COMMAND)) {
            int port = Integer.parseInt(server.line(20, l -> l.startsWith("port ")).substring(5));
            assertThat(server.line(60, l -> l.contains("listening"))).contains("2 given sockets");
            for (int i = 0; i < 20; i++) {
                assertThat(binding(port)).isZero();
            }
            assertThat(server.stop(20)).isZero();
        }
    }
}
