package io.kumiki.kube.controllers;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.registry.Registry;
import io.kumiki.kube.store.Change;
import io.kumiki.kube.store.StoredObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Runs the built-in controllers: changes make keys dirty, each call of {@link #step} decides one key and carries the
/// plan out. One caller at a time; whoever it is sleeps until {@link #onWork} speaks or {@link #nextDue} has come, so
/// that nothing is done when nothing happens. Nothing here has to survive: after a start every key is dirty.
public final class Controllers implements Registry.Consequences {
    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final Duration SOONEST = Duration.ofMillis(1);
    private static final int MOST_DOUBLINGS = 8;

    private record Failure(int count, String message) {}

    private final Registry registry;
    private final List<Controller> all;
    private final Map<String, Map<Controller, List<Controller.Look>>> looks = new HashMap<>();
    private final Owners owners = new Owners();
    private final DirtyKeys dirty = new DirtyKeys();
    private final World world;
    private final Carrier carrier;
    private final Supplier<Instant> now;
    private final Map<DirtyKeys.Key, Failure> failures = new HashMap<>();
    /// Uids of removed objects that the world may still remember.
    private final ConcurrentLinkedQueue<String> gone = new ConcurrentLinkedQueue<>();

    public Controllers(Registry registry, Carrier carrier, List<Controller> all, Supplier<Instant> now) {
        this.registry = registry;
        this.carrier = carrier;
        this.all = List.copyOf(all);
        this.now = now;
        this.world = new World(registry, owners);
        for (Controller controller : all) {
            for (Controller.Wake wake : controller.wakes()) {
                looks.computeIfAbsent(wake.storage(), s -> new LinkedHashMap<>())
                        .computeIfAbsent(controller, c -> new ArrayList<>())
                        .add(wake.look());
            }
        }
    }

    /// Under the cluster's lock.
    @Override
    public void of(Change change, Consumer<Runnable> later) {
        owners.changed(change);
        if (change.after() == null && change.before() instanceof StoredObject removed) {
            gone.add(removed.uid());
        }
        looks.getOrDefault(change.key().storage(), Map.of())
                .forEach((controller, each) -> each.forEach(
                        look -> look.keys(change, owners, key -> dirty.add(new DirtyKeys.Key(controller, key)))));
    }

    /// Everything is looked at again: after a start, and whenever somebody doubts.
    public void resume() {
        registry.read(store -> {
            for (String storage : store.storages()) {
                for (StoredObject object : store.all(storage, "")) {
                    of(new Change(object.revision(), object.key(), null, object), work -> {});
                }
            }
            return all;
        });
    }

    /// Called from any thread whenever there is something to do at once; must not block.
    public void onWork(Runnable listener) {
        dirty.onWork(listener);
    }

    /// When the next decision is due by time alone; `null` when there is none. Work may be waiting regardless.
    public @Nullable Instant nextDue() {
        return dirty.nextDue();
    }

    /// Whether a decision is due now.
    public boolean waiting() {
        return dirty.waiting(now.get());
    }

    /// Decides one key and carries out its plan; false when nothing is due.
    public boolean step() {
        DirtyKeys.Key key = dirty.poll(now.get());
        if (key == null) {
            return false;
        }
        for (String uid = gone.poll(); uid != null; uid = gone.poll()) {
            world.forget(uid);
        }
        ObjectNode resource = find(key);
        if (resource == null) {
            failures.remove(key);
            return true;
        }
        decide(key, resource);
        return true;
    }

    /// With a status: whoever may write it may also take it away, and then it is made anew.
    private @Nullable ObjectNode find(DirtyKeys.Key key) {
        ObjectNode resource = world.get(key.controller().type(), key.object());
        if (resource != null && !resource.path("status").isObject()) {
            resource.putObject("status");
        }
        return resource;
    }

    private void decide(DirtyKeys.Key key, ObjectNode resource) {
        Failure last = failures.get(key);
        world.failure(last == null ? "" : last.message());
        Controller controller = key.controller();
        ObjectNode decidedOn = resource.deepCopy();
        Plan plan;
        ApiFault fault;
        try {
            plan = controller.reconciler().decide(resource, world, now.get());
            fault = carrier.carryOut(controller, decidedOn, plan);
        } catch (RuntimeException e) {
            // A mistake of ours must not lose the key; whoever runs us tells people.
            later(key, last, String.valueOf(e.getMessage()));
            throw e;
        }
        if (fault == null) {
            failures.remove(key);
            if (last != null) {
                dirty.add(key);
            }
            Instant next = plan.nextDue();
            if (next != null) {
                // A time that is not ahead would be asked for without end.
                Instant soonest = now.get().plus(SOONEST);
                dirty.at(key, next.isBefore(soonest) ? soonest : next);
            }
            return;
        }
        later(key, last, String.valueOf(fault.getMessage()));
        tellStatus(key);
    }

    private void later(DirtyKeys.Key key, @Nullable Failure last, String why) {
        int count = last == null ? 1 : last.count() + 1;
        failures.put(key, new Failure(count, why));
        dirty.at(key, now.get().plus(FIRST_RETRY.multipliedBy(1L << Math.min(count - 1, MOST_DOUBLINGS))));
    }

    /// What could not be done is said in the status at once.
    private void tellStatus(DirtyKeys.Key key) {
        Controller controller = key.controller();
        ObjectNode resource = find(key);
        Failure failed = failures.get(key);
        if (resource == null || failed == null) {
            return;
        }
        world.failure(failed.message());
        ObjectNode decidedOn = resource.deepCopy();
        Plan plan = controller.reconciler().decide(resource, world, now.get());
        carrier.carryOut(controller, decidedOn, new Plan(List.of(), plan.status(), null));
    }
}
