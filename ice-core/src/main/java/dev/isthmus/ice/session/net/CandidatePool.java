package dev.isthmus.ice.session.net;

import dev.isthmus.ice.net.TransportAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Sessions that have gathered candidates ahead with sockets of their own (the candidate pool of RFC 9429, section 3.5.4), for one who will use
 * them or give them back. On the loop.
 */
public final class CandidatePool {
    private final SessionLoop loop;
    private final Deque<LiveSession> ready = new ArrayDeque<>();

    /** Creates an empty pool. */
    public CandidatePool(SessionLoop loop) {
        this.loop = loop;
    }

    /**
     * Gathers for sessions that will be opened with these options in either role. Those that were prepared before and do not fit, or are too many,
     * are closed.
     *
     * @param size how many sessions are to be ready; they are not replaced when they are used
     */
    public void fill(SessionLoop.Options options, List<TransportAddress> on, int size) {
        for (LiveSession each : List.copyOf(ready)) {
            if (ready.size() > size || !each.fits(options)) {
                ready.remove(each);
                each.close();
            }
        }
        while (ready.size() < size) {
            LiveSession ahead = loop.make(options, null);
            ready.add(ahead);
            ahead.gather(on);
        }
    }

    /** Returns a session that was prepared for such options, or a new one; it tells nothing before it is told to gather. */
    public LiveSession open(SessionLoop.Options options, LiveSession.Listener listener) {
        LiveSession first = ready.stream().filter(each -> each.fits(options)).findFirst().orElse(null);
        if (first == null) {
            return loop.open(options, listener);
        }
        ready.remove(first);
        first.use(options.controlling(), listener);
        return first;
    }

    /** Returns how many sessions are ready. */
    public int size() {
        return ready.size();
    }

    /** Closes what was not used. */
    public void close() {
        ready.forEach(LiveSession::close);
        ready.clear();
    }
}
