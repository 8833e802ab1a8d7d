package dev.isthmus.gateway.peer;

/** Something that happened, told to listeners (DOM, section 2.2). */
public class Event {
    private final String type;

    /** Creates an event of that type. */
    public Event(String type) {
        this.type = type;
    }

    /** Returns the type, as the specification spells it. */
    public final String getType() {
        return type;
    }

    @Override
    public String toString() {
        return type;
    }
}
