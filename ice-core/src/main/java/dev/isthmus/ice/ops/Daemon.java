package dev.isthmus.ice.ops;

import dev.isthmus.ice.net.PortException;
import java.io.IOException;

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

    /** Returns the command's name. */
    String name();

    /** Reads and checks the configuration; throws {@link ConfigProblem}. */
    S configure(Section root);

    /** Opens every port. */
    Running start(S settings) throws PortException, IOException;
}
