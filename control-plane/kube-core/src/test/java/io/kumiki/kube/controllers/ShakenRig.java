package io.kumiki.kube.controllers;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.Deletion;
import io.kumiki.kube.Journal;
import io.kumiki.kube.PatchType;
import io.kumiki.kube.ResourceType;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/// A rig whose process dies between any two writes and whose controllers are woken twice or late, as a seed says.
/// Without trouble all that is due is done at once.
final class ShakenRig {
    static final int SEEDS = Integer.getInteger("kumiki.seeds", 1000);

    private static final String READY = "'status':{'conditions':[{'type':'Ready','status':'True'}]}";

    /// What every cluster has from its start, made once.
    private static final CrashingJournal FIRST = new CrashingJournal(entry -> {});

    static {
        assertThat(new Rig(FIRST, 1).cluster).isNotNull();
    }

    final boolean troubled;
    final SplittableRandom random;
    final CrashingJournal journal;
    final Rig rig;
    final List<String> nodes;
    /// When the process began that runs now.
    Instant started;

    private final int seed;
    private long restarts;

    /// @param observer hears every write
    ShakenRig(int seed, boolean troubled, List<String> nodes, Consumer<Journal.Entry> observer) {
        this.seed = seed;
        this.troubled = troubled;
        this.random = new SplittableRandom(seed);
        this.journal = FIRST.copy(observer);
        this.rig = new Rig(journal, seed);
        this.nodes = nodes;
        this.started = rig.now;
        nodes.forEach(this::comeBack);
        rig.create(ResourceType.NAMESPACES, "", "{'metadata':{'name':'n'}}");
    }

    /// Lives know nothing of each other: as many at once as there are cores.
    static void each(int seeds, IntConsumer life) {
        IntStream.range(0, seeds).parallel().forEach(seed -> {
            try {
                life.accept(seed);
            } catch (RuntimeException | Error e) {
                throw new AssertionError(
                        "seed " + seed + " (replay: new Life(" + seed + ", true).run()): " + e.getMessage(), e);
            }
        });
    }

    /// Some of what is due, then what else happens; the process may die on the way.
    void turn(Runnable more) {
        if (troubled && random.nextInt(6) == 0) {
            journal.fuse = random.nextInt(12);
        }
        attempt(() -> {
            int steps = troubled ? random.nextInt(12) : 1000;
            for (int s = 0; s < steps && rig.controllers.step(); s++) {
                if (troubled && random.nextInt(40) == 0) {
                    rig.controllers.resume();
                }
            }
            if (!troubled || random.nextInt(3) > 0) {
                rig.node();
            }
            more.run();
        });
    }

    /// Whether the controllers have seen all there is; in trouble they get the time for it now and then.
    boolean rested() {
        if (troubled && random.nextInt(3) == 0) {
            attempt(rig::decide);
        }
        return !rig.controllers.waiting();
    }

    /// Does it, or dies on the way and starts again.
    void attempt(Runnable work) {
        try {
            work.run();
        } catch (CrashingJournal.Crash crash) {
            rig.start(++restarts * 1000 + seed);
            started = rig.now;
        } catch (ApiFault fault) {
            if (fault.code() != 404 && fault.code() != 409) {
                throw fault;
            }
        }
    }

    void patch(ResourceType type, String namespace, String name, String part, String merge) {
        rig.cluster.patch(type, namespace, name, part, PatchType.MERGE, Rig.json(merge), Rig.BY);
    }

    void delete(ObjectNode pod) {
        rig.cluster.delete(ResourceType.PODS, "n", Meta.name(pod), Deletion.DEFAULT);
    }

    void fail(ObjectNode pod) {
        if (pod.path("status").path("phase").asText().equals("Running")) {
            patch(
                    ResourceType.PODS,
                    "n",
                    Meta.name(pod),
                    "status",
                    "{'status':{'phase':'Failed','reason':'Evicted','conditions':[{'type':'Ready','status':'False'}]}}");
        }
    }

    /// The node is gone and comes back empty.
    void lose(String node) {
        if (!node.isEmpty()) {
            rig.cluster.delete(ResourceType.NODES, "", node, Deletion.DEFAULT);
            rig.controllers.step();
            comeBack(node);
        }
    }

    void allComeBack() {
        for (String node : nodes) {
            if (rig.cluster.get(ResourceType.NODES, "", node) == null) {
                comeBack(node);
            }
        }
    }

    private void comeBack(String node) {
        rig.create(ResourceType.NODES, "", "{'metadata':{'name':'" + node + "'}," + READY + "}");
    }

    void ready(String node) {
        patch(ResourceType.NODES, "", node, "status", "{" + READY + "}");
    }
}
