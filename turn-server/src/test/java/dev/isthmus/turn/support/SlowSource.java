package dev.isthmus.turn.support;

import dev.isthmus.turn.auth.CredentialPolicy;
import dev.isthmus.turn.auth.CredentialSource;
import dev.isthmus.turn.auth.LongTermUser;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A credential store that answers when the test says so. */
public final class SlowSource implements CredentialSource {
    private record Question(String username, CompletableFuture<@Nullable Found> answer) {}

    private final Deque<Question> open = new ArrayDeque<>();
    private int asked;
    private String lastAsked = "";

    @Override
    public CompletionStage<@Nullable Found> find(String username) {
        Question question = new Question(username, new CompletableFuture<>());
        open.add(question);
        asked++;
        lastAsked = username;
        return question.answer();
    }

    /** Returns how many questions there were. */
    public int asked() {
        return asked;
    }

    /** Returns who was asked for last. */
    public String lastAsked() {
        return lastAsked;
    }

    /** Answers the oldest question with somebody of another name. */
    public void foundAs(String name, String realm, String password) {
        open.remove().answer().complete(new Found(LongTermUser.ofPassword(name, realm, password), CredentialPolicy.USER, Long.MAX_VALUE));
    }

    /** Answers the oldest question: there is such a user, with that password. */
    public void found(String realm, String password, CredentialPolicy policy, long expiresMillis) {
        Question question = open.remove();
        question.answer().complete(new Found(LongTermUser.ofPassword(question.username(), realm, password), policy, expiresMillis));
    }

    /** Answers the oldest question: there is such a user. */
    public void found(String realm, String password) {
        found(realm, password, CredentialPolicy.USER, Long.MAX_VALUE);
    }

    /** Answers the oldest question: there is no such user. */
    public void nobody() {
        open.remove().answer().complete(null);
    }

    /** Fails to answer the oldest question. */
    public void fail() {
        open.remove().answer().completeExceptionally(new java.io.IOException("the store is down"));
    }
}
