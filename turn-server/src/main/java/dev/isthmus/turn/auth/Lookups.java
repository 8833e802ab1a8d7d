package dev.isthmus.turn.auth;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the users of a {@link CredentialSource}. A user who is not known is looked up once, whoever asks meanwhile; how many are
 * looked up at a time and how many are remembered is bounded. All loops share it.
 */
public final class Lookups {
    /**
     * How long and how much.
     *
     * @param running look-ups at one time
     * @param remembered users of whom something is known, that there is none included
     * @param freshSeconds how long a user is known after the question was asked; a withdrawn one is noticed after that
     * @param unknownSeconds how long it is known that there is no such user
     * @param timeoutSeconds how long the store may take
     */
    public record Limits(int running, int remembered, int freshSeconds, int unknownSeconds, int timeoutSeconds) {
        /** What suits a store nearby. */
        public static final Limits DEFAULT = new Limits(256, 100_000, 60, 5, 5);
    }

    /** What is known of a user. */
    public enum State {
        FOUND,
        UNKNOWN,
        /** Nothing; nobody has asked, or long ago. */
        MISSING,
        /** The store has been asked. */
        RUNNING,
        /** The store did not answer just now. */
        FAILED
    }

    /**
     * What is known of a user.
     *
     * @param found the user when there is one
     * @param running completes when the store has answered, as long as it has not
     */
    public record Answer(State state, CredentialSource.@Nullable Found found, @Nullable CompletionStage<?> running) {
        private static final Answer MISSING = new Answer(State.MISSING, null, null);
        private static final Answer UNKNOWN = new Answer(State.UNKNOWN, null, null);
        private static final Answer FAILED = new Answer(State.FAILED, null, null);
    }

    /** A store that fails is not asked about the same user again before that. */
    private static final int RETRY_SECONDS = 1;

    private record Entry(CompletableFuture<CredentialSource.@Nullable Found> answer, long asked) {}

    private final CredentialSource source;
    private final Limits limits;
    /** The user asked for longest ago comes first. */
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Deque<Entry> running = new ArrayDeque<>();

    /** Creates one that knows nobody. */
    public Lookups(CredentialSource source, Limits limits) {
        this.source = source;
        this.limits = limits;
    }

    /** Returns what is known of a user. */
    public synchronized Answer find(String username, long nowNanos) {
        Entry entry = entries.get(username);
        if (entry == null) {
            return Answer.MISSING;
        }
        long age = nowNanos - entry.asked();
        if (!entry.answer().isDone() && age < seconds(limits.timeoutSeconds())) {
            return new Answer(State.RUNNING, null, entry.answer());
        }
        if (!entry.answer().isDone() || entry.answer().isCompletedExceptionally()) {
            return age < seconds(limits.timeoutSeconds() + RETRY_SECONDS) ? Answer.FAILED : Answer.MISSING;
        }
        CredentialSource.Found found = entry.answer().getNow(null);
        if (found == null) {
            return age < seconds(limits.unknownSeconds()) ? Answer.UNKNOWN : Answer.MISSING;
        }
        return age < seconds(limits.freshSeconds()) ? new Answer(State.FOUND, found, null) : Answer.MISSING;
    }

    private static long seconds(int count) {
        return TimeUnit.SECONDS.toNanos(count);
    }

    /** Asks the store for a user who is missing; returns false when there are too many questions already. */
    public boolean start(String username, long nowNanos) {
        Entry entry = claim(username, nowNanos);
        if (entry == null) {
            return false;
        }
        try {
            source.find(username).whenComplete((found, failure) -> {
                if (failure == null) {
                    entry.answer().complete(found);
                } else {
                    entry.answer().completeExceptionally(failure);
                }
            });
        } catch (RuntimeException e) {
            entry.answer().completeExceptionally(e);
        }
        return true;
    }

    private synchronized @Nullable Entry claim(String username, long nowNanos) {
        long overdue = nowNanos - seconds(limits.timeoutSeconds());
        running.removeIf(e -> e.answer().isDone());
        while (!running.isEmpty() && running.peek().asked() <= overdue) {
            running.remove().answer().completeExceptionally(new TimeoutException());
        }
        if (running.size() >= limits.running()) {
            return null;
        }
        Entry entry = new Entry(new CompletableFuture<>(), nowNanos);
        running.add(entry);
        entries.remove(username);
        entries.put(username, entry);
        if (entries.size() > limits.remembered()) {
            Iterator<Entry> oldest = entries.values().iterator();
            oldest.next();
            oldest.remove();
        }
        return entry;
    }

    /** Forgets a user, whose credential has been withdrawn or changed. */
    public synchronized void forget(String username) {
        entries.remove(username);
    }
}
