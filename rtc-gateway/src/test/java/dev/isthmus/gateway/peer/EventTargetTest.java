package dev.isthmus.gateway.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Listeners and handlers (DOM, section 2.7). */
class EventTargetTest {
    private final MediaStream target = new MediaStream();
    private final List<String> heard = new ArrayList<>();

    private void tell(String type) {
        assertThat(target.dispatchEvent(new Event(type))).isTrue();
    }

    @Test
    void listenersHearTheirTypeInOrderAndOnceEach() {
        Consumer<Event> twice = e -> heard.add("one");
        target.addEventListener("x", twice);
        target.addEventListener("x", twice);
        target.addEventListener("x", e -> heard.add("two"));
        target.addEventListener("y", e -> heard.add("other"));
        tell("x");
        assertThat(heard).containsExactly("one", "two");
    }

    @Test
    void oneThatIsRemovedHearsNothing() {
        Consumer<Event> listener = e -> heard.add("one");
        target.addEventListener("x", listener);
        target.removeEventListener("x", listener);
        tell("x");
        assertThat(heard).isEmpty();
    }

    @Test
    void oneThatIsRemovedByAnotherHearsNothingEither() {
        Consumer<Event> second = e -> heard.add("second");
        target.addEventListener("x", e -> target.removeEventListener("x", second));
        target.addEventListener("x", second);
        tell("x");
        assertThat(heard).isEmpty();
    }

    @Test
    void onceIsOnce() {
        target.addEventListener("x", e -> heard.add("once"), true);
        tell("x");
        tell("x");
        assertThat(heard).containsExactly("once");
    }

    @Test
    void aHandlerKeepsItsPlaceAndCanBeTakenAway() {
        target.setOnAddtrack(e -> heard.add("handler"));
        target.addEventListener("addtrack", e -> heard.add("listener"));
        target.setOnAddtrack(e -> heard.add("other handler"));
        MediaStreamTrack track = new RtpTrackSource("audio").track();
        target.dispatchEvent(new MediaStreamTrackEvent("addtrack", track));
        assertThat(heard).containsExactly("other handler", "listener");
        heard.clear();
        target.setOnAddtrack(null);
        target.dispatchEvent(new MediaStreamTrackEvent("addtrack", track));
        assertThat(heard).containsExactly("listener");
    }

    @Test
    void oneThatFailsHindersNoOther() {
        target.addEventListener("x", e -> {
            throw new IllegalStateException("on purpose");
        });
        target.addEventListener("x", e -> heard.add("next"));
        tell("x");
        assertThat(heard).containsExactly("next");
    }
}
