package dev.isthmus.gateway.peer.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.isthmus.ice.session.SessionEvent;
import dev.isthmus.ice.session.net.LiveSession;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Media that comes before its keys waits for them, component by component, and no longer. */
class EarlyMediaTest {
    private final EarlyMedia early = new EarlyMedia();
    private final List<Integer> handed = new ArrayList<>();

    /** A component that has no keys keeps what it is handed again. */
    private LiveSession.Listener listener(int withKeys) {
        return new LiveSession.Listener() {
            @Override
            public void onEvent(SessionEvent event) {
                // nothing here tells of any
            }

            @Override
            public void onData(int component, ByteBuffer buffer, int offset, int length) {
                if (component != withKeys) {
                    early.keep(component, buffer, offset, length);
                } else {
                    handed.add(component * 10 + buffer.get(offset));
                }
            }
        };
    }

    private boolean keep(int component, int what) {
        return early.keep(component, ByteBuffer.wrap(new byte[]{(byte) what}), 0, 1);
    }

    @Test
    void eachComponentHasItsOwn() {
        keep(1, 1);
        keep(2, 2);
        keep(1, 3);
        early.release(1, listener(1));
        assertThat(handed).containsExactly(11, 13);
        early.release(1, listener(1));
        early.release(2, listener(2));
        assertThat(handed).containsExactly(11, 13, 22);
    }

    @Test
    void whatIsKeptAgainDoesNotTurnInCircles() {
        keep(1, 1);
        early.release(1, listener(2));
        early.release(1, listener(1));
        assertThat(handed).as("once kept again, then handed over").containsExactly(11);
    }

    @Test
    void thereIsAnEndToPatience() {
        for (int i = 0; i < 64; i++) {
            assertThat(keep(2, i)).isTrue();
        }
        assertThat(keep(2, 0)).isFalse();
        early.forget();
        assertThat(keep(2, 0)).isTrue();
    }
}
