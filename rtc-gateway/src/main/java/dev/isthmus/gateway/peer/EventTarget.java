package dev.isthmus.gateway.peer;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells listeners of events (DOM, section 2.7). Each type has one handler beside any number of listeners; it has the place among them that it
 * had when it was set first. A listener that throws is logged and hinders no other.
 */
public abstract class EventTarget {
    private static final Logger LOG = LoggerFactory.getLogger(EventTarget.class);
    private final List<Registration> registrations = new CopyOnWriteArrayList<>();

    /** A listener, or the handler of a type. */
    private static final class Registration {
        final String type;
        final boolean once;
        final boolean isHandler;
        volatile Consumer<? super Event> listener;

        Registration(String type, Consumer<? super Event> listener, boolean once, boolean isHandler) {
            this.type = type;
            this.listener = listener;
            this.once = once;
            this.isHandler = isHandler;
        }
    }

    /** Adds a listener; the same one is not added twice. */
    public final void addEventListener(String type, Consumer<? super Event> listener) {
        addEventListener(type, listener, false);
    }

    /**
     * Adds a listener; the same one is not added twice.
     *
     * @param once whether it is told of one event only
     */
    public final synchronized void addEventListener(String type, Consumer<? super Event> listener, boolean once) {
        if (registrations.stream().noneMatch(r -> !r.isHandler && r.type.equals(type) && r.listener.equals(listener))) {
            registrations.add(new Registration(type, listener, once, false));
        }
    }

    /** Removes a listener. */
    public final synchronized void removeEventListener(String type, Consumer<? super Event> listener) {
        registrations.removeIf(r -> !r.isHandler && r.type.equals(type) && r.listener.equals(listener));
    }

    /** Tells all listeners of the event's type, on this thread; returns true, since no event here can be prevented. */
    public final boolean dispatchEvent(Event event) {
        for (Registration each : registrations) {
            if (each.type.equals(event.getType()) && registrations.contains(each)) {
                if (each.once) {
                    registrations.remove(each);
                }
                tell(each, event);
            }
        }
        return true;
    }

    private static void tell(Registration to, Event event) {
        try {
            to.listener.accept(event);
        } catch (RuntimeException | Error e) { // an assertion of a test, say
            LOG.warn("a listener of {} failed", event.getType(), e);
        }
    }

    /** Sets the handler of a type, or with null takes it away. */
    protected final synchronized <E extends Event> void setHandler(String type, Class<E> of, @Nullable Consumer<? super E> handler) {
        Registration present = registrations.stream().filter(r -> r.isHandler && r.type.equals(type)).findFirst().orElse(null);
        if (handler == null) {
            registrations.remove(present);
            return;
        }
        Consumer<Event> typed = event -> {
            if (of.isInstance(event)) {
                handler.accept(of.cast(event));
            }
        };
        if (present == null) {
            registrations.add(new Registration(type, typed, false, true));
        } else {
            present.listener = typed;
        }
    }
}
