package dev.isthmus.turn.probe;

import dev.isthmus.ice.time.RandomSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** All probes in their order, and how to run them. */
public final class Suite {
    private final List<Probe> probes = new ArrayList<>();
    private final Set<String> ids = new HashSet<>();

    /** Creates the suite. */
    public Suite() {
        StunProbes.addTo(this);
        CredentialProbes.addTo(this);
        AlgorithmProbes.addTo(this);
        AllocateProbes.addTo(this);
        FamilyProbes.addTo(this);
        RefreshProbes.addTo(this);
        PermissionProbes.addTo(this);
        DataProbes.addTo(this);
        ChannelProbes.addTo(this);
        StreamProbes.addTo(this);
        TcpProbes.addTo(this);
        MobilityProbes.addTo(this);
        NatProbes.addTo(this);
    }

    void add(String id, String source, String says, Probe.Body body) {
        if (!ids.add(id)) {
            throw new IllegalStateException("two probes are named " + id);
        }
        probes.add(new Probe(id, source, says, body));
    }

    /** Returns the probes. */
    public List<Probe> probes() {
        return List.copyOf(probes);
    }

    /** Runs the probes that are chosen, one after the other, and tells of each. */
    public List<Probe.Outcome> run(Predicate<Probe> chosen, Network network, Trial.Users users, RandomSource random,
            Consumer<Probe.Outcome> each) {
        List<Probe.Outcome> outcomes = new ArrayList<>();
        for (Probe probe : probes) {
            if (chosen.test(probe)) {
                Probe.Outcome outcome = run(probe, network, users, random);
                outcomes.add(outcome);
                each.accept(outcome);
            }
        }
        return outcomes;
    }

    /** Runs one probe. */
    public static Probe.Outcome run(Probe probe, Network network, Trial.Users users, RandomSource random) {
        try (Trial trial = new Trial(network, users, random)) {
            probe.body().run(trial);
            return new Probe.Outcome(probe, Probe.Verdict.PASSED, "");
        } catch (Probe.NotOffered e) {
            return new Probe.Outcome(probe, Probe.Verdict.NOT_OFFERED, String.valueOf(e.getMessage()));
        } catch (Exception e) {
            String why = e instanceof Probe.Failed ? String.valueOf(e.getMessage()) : e.toString();
            return new Probe.Outcome(probe, Probe.Verdict.FAILED, why);
        }
    }
}
