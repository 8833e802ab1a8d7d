package dev.isthmus.ice.session;

import dev.isthmus.ice.ice.CandidatePair;
import dev.isthmus.ice.ice.IceAgent;
import dev.isthmus.ice.ice.IceState;
import dev.isthmus.ice.net.AddressKey;
import dev.isthmus.ice.stun.StunAttribute;
import dev.isthmus.ice.stun.StunMessage;
import dev.isthmus.ice.stun.StunType;
import dev.isthmus.ice.time.RandomSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which of the sessions that share sockets a packet is for. A check is looked up by our username fragment, an answer by the first 32 bits of
 * its transaction id, everything else by its flow, which an authenticated check has entered.
 *
 * @param <S> a session as the owner knows it
 */
public final class SessionIndex<S> {
    /** How many addresses a session may be reached from at once. */
    public static final int MAX_FLOWS = 32;

    /** What became of the wish to enter a flow. */
    public enum Claim {
        /** It was the session's before. */
        HELD,
        ENTERED,
        /** Another session held it and did not answer there. */
        TAKEN_OVER,
        /** Another session holds it; a check alone does not prove that the peer is there. */
        CONTESTED,
        /** Another session holds it and answers there, and so does the peer of this one: the newer pair has to fail. */
        IN_USE,
        TOO_MANY,
        /** The session has ended meanwhile. */
        GONE
    }

    /** A session and the keys under which it is found. */
    public static final class Entry<S> {
        private final S session;
        private final List<IceAgent> agents;
        private final int tag;
        private final List<AddressKey> flows = new ArrayList<>();
        private List<String> ufrags = List.of();

        private Entry(S session, List<IceAgent> agents, int tag) {
            this.session = session;
            this.agents = new ArrayList<>(agents);
            this.tag = tag;
        }

        /** One of its components has ended. */
        public void end(IceAgent agent) {
            agents.remove(agent);
        }

        /** Returns the session. */
        public S session() {
            return session;
        }

        private boolean answersAt(AddressKey key) {
            return agents.stream().anyMatch(agent -> {
                CandidatePair pair = agent.selectedPair();
                return pair != null && agent.state() == IceState.CONNECTED && goes(pair, key);
            });
        }

        private boolean needs(AddressKey key) {
            return agents.stream().anyMatch(agent -> {
                CandidatePair selected = agent.selectedPair();
                return selected != null && goes(selected, key)
                        || agent.pairs().stream().anyMatch(pair -> key.remoteIs(pair.remote().address()));
            });
        }

        private static boolean goes(CandidatePair pair, AddressKey key) {
            return key.equals(AddressKey.of(pair.local().base(), pair.remote().address()));
        }
    }

    private final Map<AddressKey, Entry<S>> byFlow = new HashMap<>();
    private final Map<String, Entry<S>> byUfrag = new HashMap<>();
    private final Map<Integer, Entry<S>> byTag = new HashMap<>();

    /** Returns a tag that no session here has. */
    public int newTag(RandomSource random) {
        int tag = random.nextInt();
        while (byTag.containsKey(tag)) {
            tag = random.nextInt();
        }
        return tag;
    }

    /** Adds a session of one component under its agent's username fragment and its tag. */
    public Entry<S> add(S session, IceAgent agent, int tag) {
        return add(session, List.of(agent), tag);
    }

    /** Adds a session with the agents of its components, which have username fragments and the tag in common. */
    public Entry<S> add(S session, List<IceAgent> agents, int tag) {
        Entry<S> entry = new Entry<>(session, agents, tag);
        byTag.put(tag, entry);
        onCredentials(entry);
        return entry;
    }

    /** Follows the agent's credentials after a restart: the old ones hold as long as their pair carries media. */
    public void onCredentials(Entry<S> entry) {
        List<String> live = entry.agents.stream().flatMap(agent -> agent.liveUfrags().stream()).distinct().toList();
        entry.ufrags.stream().filter(old -> !live.contains(old)).forEach(byUfrag::remove);
        live.forEach(ufrag -> byUfrag.put(ufrag, entry));
        entry.ufrags = live;
    }

    /** Takes a session out; returns false when it was out already. */
    public boolean remove(Entry<S> entry) {
        entry.flows.forEach(byFlow::remove);
        entry.flows.clear();
        entry.ufrags.forEach(byUfrag::remove);
        entry.ufrags = List.of();
        return byTag.remove(entry.tag, entry);
    }

    /** Returns whether the session is here. */
    public boolean has(Entry<S> entry) {
        return byTag.get(entry.tag) == entry;
    }

    /** Returns all sessions. */
    public List<S> sessions() {
        return byTag.values().stream().map(Entry::session).toList();
    }

    /** Returns the session of a flow, or null before an authenticated check came from there. */
    public @Nullable Entry<S> of(AddressKey flow) {
        return byFlow.get(flow);
    }

    /** Returns the session that a STUN message says it is for, or null; nothing is authenticated by that. */
    public @Nullable Entry<S> of(StunMessage message) {
        if (message.messageClass() != StunType.REQUEST) {
            return byTag.get(message.transactionHigh());
        }
        String username = message.text(StunAttribute.USERNAME);
        int colon = username == null ? -1 : username.indexOf(':');
        return username == null ? null : byUfrag.get(colon < 0 ? username : username.substring(0, colon));
    }

    /**
     * Enters a flow whose sender is authenticated. One that another session holds is taken over only after our own check to it was answered,
     * since a check of the peer's may have a forged source, and only while it is not the holder's own answering pair.
     *
     * @param answered whether it was an answer to our check
     */
    public Claim claim(Entry<S> entry, AddressKey flow, boolean answered) {
        Entry<S> holder = byFlow.get(flow);
        if (!has(entry)) {
            return Claim.GONE;
        }
        if (holder == entry) {
            return Claim.HELD;
        }
        if (holder != null && !answered) {
            return Claim.CONTESTED;
        }
        if (holder != null && holder.answersAt(flow)) {
            return Claim.IN_USE;
        }
        if (entry.flows.size() >= MAX_FLOWS) {
            forgetOldFlows(entry);
        }
        if (entry.flows.size() >= MAX_FLOWS) {
            return Claim.TOO_MANY;
        }
        AddressKey copy = flow.copy();
        if (holder != null) {
            holder.flows.remove(copy);
        }
        byFlow.put(copy, entry);
        entry.flows.add(copy);
        return holder == null ? Claim.ENTERED : Claim.TAKEN_OVER;
    }

    /** Of a session that has restarted or roamed often, only the addresses of its present pairs are kept. */
    private void forgetOldFlows(Entry<S> entry) {
        entry.flows.removeIf(flow -> {
            boolean old = !entry.needs(flow);
            if (old) {
                byFlow.remove(flow);
            }
            return old;
        });
    }
}
