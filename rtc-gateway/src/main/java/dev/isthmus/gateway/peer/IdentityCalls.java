package dev.isthmus.gateway.peer;

import java.util.Objects;
import dev.isthmus.gateway.identity.IdentityException;
import dev.isthmus.gateway.identity.IdentityProviders;
import dev.isthmus.gateway.identity.RTCIdentityProvider;
import dev.isthmus.gateway.identity.RTCIdentityProviderDetails;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Calls providers of identities, whatever they do, and says in the specification's words what went wrong (webrtc-identity, section 5.4). */
final class IdentityCalls {
    private final PeerState state;
    private volatile @Nullable String loginUrl;
    private volatile @Nullable String errorInfo;

    IdentityCalls(PeerState state) {
        this.state = state;
    }

    @Nullable
    String loginUrl() {
        return loginUrl;
    }

    @Nullable
    String errorInfo() {
        return errorInfo;
    }

    /**
     * Calls a provider on another thread, for a limited time.
     *
     * @param what is asked of it, with our origin
     * @param then is told the result, or what went wrong, in a task of the queue
     */
    <T> void ask(RTCIdentityProviderDetails details, BiFunction<RTCIdentityProvider, String, @Nullable CompletionStage<T>> what,
            BiConsumer<@Nullable T, @Nullable WebRtcException> then) {
        IdentityProviders providers = state.host.identityProviders();
        CompletableFuture<T> answer = new CompletableFuture<>();
        state.host.later(TimeUnit.MILLISECONDS.toNanos(providers.timeoutMillis()),
                () -> answer.completeExceptionally(new TimeoutException("the provider takes too long")));
        state.host.elsewhere(() -> call(providers, details, what, answer));
        answer.whenComplete((result, failure) -> state.queue.post(() -> {
            if (failure != null) {
                then.accept(null, problem(failure));
                return;
            }
            try {
                then.accept(Objects.requireNonNull(result), null);
            } catch (RuntimeException e) { // there is nothing, or nothing in it
                then.accept(null,
                        problem(new IdentityException(IdentityException.Failure.BAD_SCRIPT_FAILURE, "the provider gives nothing")));
            }
        }));
    }

    private static <T> void call(IdentityProviders providers, RTCIdentityProviderDetails details,
            BiFunction<RTCIdentityProvider, String, @Nullable CompletionStage<T>> what, CompletableFuture<T> answer) {
        try {
            providers.load(details).whenComplete((provider, failure) -> {
                if (provider == null) {
                    answer.completeExceptionally(notLoaded(failure, details));
                } else {
                    call(provider, providers.origin(), what, answer);
                }
            });
        } catch (RuntimeException | Error e) {
            answer.completeExceptionally(notLoaded(e, details));
        }
    }

    private static <T> void call(RTCIdentityProvider provider, String origin,
            BiFunction<RTCIdentityProvider, String, @Nullable CompletionStage<T>> what, CompletableFuture<T> answer) {
        try {
            CompletionStage<T> stage = what.apply(provider, origin);
            if (stage == null) {
                answer.complete(null);
                return;
            }
            stage.whenComplete((result, failure) -> {
                if (failure == null) {
                    answer.complete(result);
                } else {
                    answer.completeExceptionally(failure);
                }
            });
        } catch (RuntimeException | Error e) {
            answer.completeExceptionally(e);
        }
    }

    private static Throwable cause(Throwable of) {
        Throwable inner = of instanceof CompletionException ? of.getCause() : of;
        return inner == null ? of : inner;
    }

    private static Throwable notLoaded(@Nullable Throwable failure, RTCIdentityProviderDetails details) {
        Throwable why = failure == null ? null : cause(failure);
        return why instanceof IdentityException || why instanceof SSLException
                ? why
                : IdentityException.notLoaded(null,
                        "the provider " + details.domain() + " cannot be had" + (why == null ? "" : ": " + why));
    }

    private RTCError problem(Throwable failure) {
        Throwable why = cause(failure);
        String text = String.valueOf(why.getMessage());
        if (why instanceof IdentityException known) {
            loginUrl = known.loginUrl() == null ? loginUrl : known.loginUrl();
            errorInfo = known.errorInfo() == null ? errorInfo : known.errorInfo();
            return RTCError.identity(RTCErrorDetailType.valueOf("IDP_" + known.failure().name()), known.httpStatus(), text);
        }
        return RTCError.identity(why instanceof TimeoutException
                ? RTCErrorDetailType.IDP_TIMEOUT
                : why instanceof SSLException ? RTCErrorDetailType.IDP_TLS_FAILURE : RTCErrorDetailType.IDP_EXECUTION_FAILURE, null, text);
    }
}
