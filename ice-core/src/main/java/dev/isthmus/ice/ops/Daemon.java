package dev.isthmus.ice.ops;

import dev.isthmus.ice.net.PortException;
import java.io.IOException;
import java.util.Map;

/**
 * A daemon as the command line sees it.
 *
 * @param <S> its validated settings
 */
public interface Daemon<S> {
    /** What is running; closing it ends every port and thread. */
    interface Running extends AutoCloseable {
        /** Returns one line for operators: what is open where. */
        String status();

        @Override
        void close();
    }

    /**
     * A sub-command that answers a question about the configuration, and starts nothing.
     *
     * @param <S> the daemon's settings
     */
    interface Query<S> {
        /** Returns the answer; throws {@link ConfigProblem} when the question makes no sense. */
        String answer(S settings, String question);
    }

    /** Returns the sub-commands by name; each takes one argument. */
    default Map<String, Query<S>> queries() {
        return Map.of();
    }

    /** Returns the command's name. */
    String name();

    /** Reads and checks the configuration; throws {@link ConfigProblem}. */
    S configure(Section root);

    /** Opens every port. */
    Running start(S settings) throws PortException, IOException;
}
