package io.kumiki.planner;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.fact.PodFact;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One gang with its classes and slots.
public record GangPicture(Entry entry, List<OfClass> classes, List<Decided> timeline) {
    public record OfClass(
            String name,
            int min,
            int max,
            Map<String, String> requests,
            @Nullable String required,
            @Nullable String preferred,
            List<String> alternatives,
            List<Slot> slots) {}

    /// @param phase of the pod; null without one
    public record Slot(
            int index,
            String node,
            @Nullable String pod,
            @Nullable String phase,
            List<Integer> devices) {}

    static GangPicture of(Plan plan, Scene scene, Entry entry) {
        Occupancy there = Occupancy.of(plan, scene.state);
        Gang.Spec spec = plan.fact.spec();
        List<OfClass> classes = new ArrayList<>();
        for (Gang.Members members : spec.classes()) {
            classes.add(new OfClass(
                    members.name(),
                    members.min(),
                    members.max(),
                    members.requests(),
                    spec.required(),
                    spec.preferred(),
                    Objects.requireNonNullElse(spec.alternatives(), List.<Gang.Alternative>of()).stream()
                            .map(Gang.Alternative::type)
                            .toList(),
                    slots(plan, members.name(), there)));
        }
        return new GangPicture(entry, classes, scene.memory.timelines().getOrDefault(plan.fact.key(), List.of()));
    }

    private static List<Slot> slots(Plan plan, String name, Occupancy there) {
        List<Slot> slots = new ArrayList<>();
        for (int r = 0; r < plan.rows.size(); r++) {
            Plan.Row row = plan.rows.get(r);
            for (int i = 0; i < row.nodes.size() && row.members.name().equals(name); i++) {
                PodFact pod = there.at(r, i);
                slots.add(new Slot(
                        i,
                        row.nodes.get(i),
                        pod == null ? null : pod.name(),
                        pod == null ? null : phase(pod.stage()),
                        Room.Devices.read(row.devices.get(i))));
            }
        }
        return slots;
    }

    private static String phase(PodFact.Stage stage) {
        return switch (stage) {
            case PENDING -> "Pending";
            case RUNNING -> "Running";
            case SUCCEEDED -> "Succeeded";
            case FAILED -> "Failed";
        };
    }
}
