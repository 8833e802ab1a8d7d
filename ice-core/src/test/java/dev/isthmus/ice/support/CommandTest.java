package dev.isthmus.ice.support;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CommandTest {
    @Test
    void nothingThatItStartedOutlivesIt() throws Exception {
        ProcessHandle helper;
        try (Command shell = Command.start("sh", "-c", "sleep 1000 & echo $!; wait")) {
            helper = ProcessHandle.of(Long.parseLong(shell.line(5, line -> true))).orElseThrow();
            assertThat(Command.isGone(helper)).isFalse();
        }
        assertThat(Command.isGone(helper)).isTrue();
    }
}
