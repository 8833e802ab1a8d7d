package dev.isthmus.gateway.identity;

import org.jspecify.annotations.Nullable;

/** Why a provider, or the way to it, has failed (webrtc-identity, section 5.4). */
public final class IdentityException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** What has failed. */
    public enum Failure {
        /** The provider does not do what a provider does: it gives nothing back, or what is none. */
        BAD_SCRIPT_FAILURE,
        /** The provider has failed at its work. */
        EXECUTION_FAILURE,
        /** There is no such provider, or it cannot be had. */
        LOAD_FAILURE,
        /** The user is to log in first. */
        NEED_LOGIN,
        /** The provider has taken too long. */
        TIMEOUT,
        /** The provider's own certificate is not trusted. */
        TLS_FAILURE,
        /** The assertion is too old. */
        TOKEN_EXPIRED,
        /** The assertion is none, or not of whom it says. */
        TOKEN_INVALID
    }

    private final Failure failure;
    private final @Nullable String loginUrl;
    private final @Nullable String errorInfo;
    private final @Nullable Integer httpStatus;

    /** Creates it. */
    public IdentityException(Failure failure, String message) {
        this(failure, message, null, null, null);
    }

    private IdentityException(Failure failure, String message, @Nullable String loginUrl, @Nullable String errorInfo,
            @Nullable Integer httpStatus) {
        super(message);
        this.failure = failure;
        this.loginUrl = loginUrl;
        this.errorInfo = errorInfo;
        this.httpStatus = httpStatus;
    }

    /** Returns one that sends the user to a page to log in. */
    public static IdentityException needLogin(String url) {
        return new IdentityException(Failure.NEED_LOGIN, "log in at " + url, url, null, null);
    }

    /** Returns one for a provider that its server does not give: with the status of HTTP, or null. */
    public static IdentityException notLoaded(@Nullable Integer httpStatus, String message) {
        return new IdentityException(Failure.LOAD_FAILURE, message, null, null, httpStatus);
    }

    /** Returns the same with what the provider has to say to the application, in a form of its own. */
    public IdentityException withErrorInfo(String info) {
        return new IdentityException(failure, String.valueOf(getMessage()), loginUrl, info, httpStatus);
    }

    /** Returns what has failed. */
    public Failure failure() {
        return failure;
    }

    /** Returns where the user can log in, or null. */
    public @Nullable String loginUrl() {
        return loginUrl;
    }

    /** Returns what the provider has to say, or null. */
    public @Nullable String errorInfo() {
        return errorInfo;
    }

    /** Returns the status of HTTP with which the provider was refused, or null. */
    public @Nullable Integer httpStatus() {
        return httpStatus;
    }
}
