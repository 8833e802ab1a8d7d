package dev.isthmus.turn.auth;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
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
     * @param perSource look-ups at one time for clients of one source address
     * @param remembered users of whom something is known, that there is none included
     * @param freshSeconds how long a user is known after the question was asked; then it is asked again when the client says something
     * @param unknownSeconds how long it is known that there is no such user
     * @param timeoutSeconds how long the store may take
     */
    public record Limits(int running, int perSource, int remembered, int freshSeconds, int unknownSeconds, int timeoutSeconds) {
        /** What suits a store nearby. */
        public static final Limits DEFAULT = new Limits(256, 16, 50_000, 60, 5, 5);
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
        FAILED,
        /** The store is being asked for as many as it may. */
        BUSY
    }

    /**
     * What is known of a user.
     *
     * @param found the user when there is one
     * @param running completes when the store has answered, as long as it has not
     * @param waitNanos how long that can take at most
     */
    public record Answer(State state, CredentialSource.@Nullable Found found, @Nullable CompletionStage<?> running, long waitNanos) {
        private static Answer of(State state) {
            return new Answer(state, null, null, 0);
        }
    }

    /**
     * Who asks.
     *
     * @param source the client's address as {@link Sources} names it
     * @param holds whether the client has proved to be that user before and holds something in its name
     */
    public record Asker(String source, boolean holds) {}

    /** A store that fails is not asked about the same user again before that. */
    private static final int RETRY_SECONDS = 1;

    private record Entry(CompletableFuture<CredentialSource.@Nullable Found> answer, long asked) {}

    private final CredentialSource source;
    private final Limits limits;
    private final Quota bySource = new Quota();
    private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();
    /** The user asked for longest ago comes first. */
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Deque<Entry> running = new ArrayDeque<>();

    /** Creates one that knows nobody. */
    public Lookups(CredentialSource source, Limits limits) {
        this.source = source;
        this.limits = limits;
    }

    /** Lets somebody know, on whichever thread the store answers, when a user who holds something turns out to be gone. */
    public void onGone(Consumer<String> listener) {
        listeners.add(listener);
    }

    /** Returns what is known of a user. */
    public synchronized Answer find(String username, long nowNanos) {
        Entry entry = entries.get(username);
        return entry == null ? Answer.of(State.MISSING) : answer(entry, nowNanos);
    }

    private Answer answer(Entry entry, long nowNanos) {
        long age = nowNanos - entry.asked();
        long timeout = seconds(limits.timeoutSeconds());
        if (!entry.answer().isDone() && age < timeout) {
            return new Answer(State.RUNNING, null, entry.answer(), timeout - age);
        }
        if (!entry.answer().isDone() || entry.answer().isCompletedExceptionally()) {
            return Answer.of(age < timeout + seconds(RETRY_SECONDS) ? State.FAILED : State.MISSING);
        }
        CredentialSource.Found found = entry.answer().getNow(null);
        if (found == null) {
            return Answer.of(age < seconds(limits.unknownSeconds()) ? State.UNKNOWN : State.MISSING);
        }
        return age < seconds(limits.freshSeconds()) ? new Answer(State.FOUND, found, null, 0) : Answer.of(State.MISSING);
    }

    private static long seconds(int count) {
        return TimeUnit.SECONDS.toNanos(count);
    }

    /** Asks the store for a user who is missing, unless somebody just did; returns what is known then, which may be the answer. */
    public Answer ask(String username, Asker asker, long nowNanos) {
        Entry entry = new Entry(new CompletableFuture<>(), nowNanos);
        Answer instead = claim(username, entry, asker, nowNanos);
        if (instead != null) {
            return instead;
        }
        entry.answer().whenComplete((found, failure) -> bySource.give(asker.source()));
        try {
            source.find(username).whenComplete((found, failure) -> {
                if (failure != null) {
                    entry.answer().completeExceptionally(failure);
                    return;
                }
                boolean other = found != null && !found.user().name().equals(username); // a store that is not exact about names
                entry.answer().complete(other ? null : found);
                if (asker.holds() && (found == null || other)) {
                    listeners.forEach(each -> each.accept(username));
                }
            });
        } catch (RuntimeException e) {
            entry.answer().completeExceptionally(e);
        }
        return answer(entry, nowNanos);
    }

    /** Makes room for a question; returns what is known instead of asking, or null. */
    private synchronized @Nullable Answer claim(String username, Entry entry, Asker asker, long nowNanos) {
        Answer known = find(username, nowNanos);
        if (known.state() != State.MISSING) {
            return known;
        }
        long overdue = nowNanos - seconds(limits.timeoutSeconds());
        running.removeIf(e -> e.answer().isDone());
        while (!running.isEmpty() && running.peek().asked() <= overdue) {
            running.remove().answer().completeExceptionally(new TimeoutException());
        }
        if (running.size() >= limits.running() || !bySource.take(asker.source(), limits.perSource())) {
            return Answer.of(State.BUSY);
        }
        running.add(entry);
        entries.remove(username);
        entries.put(username, entry);
        if (entries.size() > limits.remembered()) {
            Iterator<Entry> oldest = entries.values().iterator();
            oldest.next();
            oldest.remove();
        }
        return null;
    }

    /** Forgets a user, whose credential has been withdrawn or changed. */
    public synchronized void forget(String username) {
        entries.remove(username);
    }
}
