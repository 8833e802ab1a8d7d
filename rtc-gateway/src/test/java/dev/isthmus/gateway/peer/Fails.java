package dev.isthmus.gateway.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** The names of errors. */
final class Fails {
    private Fails() {}

    /** Asserts that something throws an error of that name. */
    static void with(String name, ThrowingCallable call) {
        Throwable thrown = catchThrowable(call);
        assertThat(thrown).isInstanceOf(WebRtcException.class);
        assertThat(((WebRtcException) thrown).name()).as(thrown.toString()).isEqualTo(name);
    }

    /** Asserts that a future completes with an error of that name, which it returns. */
    static WebRtcException with(String name, CompletableFuture<?> future) {
        Throwable thrown = catchThrowable(() -> Pair.get(future));
        assertThat(thrown).isInstanceOf(ExecutionException.class);
        assertThat(thrown.getCause()).isInstanceOf(WebRtcException.class);
        WebRtcException cause = (WebRtcException) Objects.requireNonNull(thrown.getCause());
        assertThat(cause.name()).as(cause.toString()).isEqualTo(name);
        return cause;
    }
}
