package io.kumiki.extender;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kumiki.model.scheduling.Gang;
import io.kumiki.planner.Decided;
import io.kumiki.planner.Entry;
import io.kumiki.planner.Event;
import io.kumiki.planner.Mirror;
import io.kumiki.planner.Past;
import io.kumiki.planner.PlannerOptions;
import io.kumiki.planner.Sample;
import io.kumiki.planner.Scene;
import io.kumiki.planner.fact.GangFact;
import io.kumiki.planner.fact.NodeFact;
import io.kumiki.planner.fact.Origin;
import io.kumiki.planner.fact.PodFact;
import io.kumiki.quota.Amounts;
import io.kumiki.quota.QuotaNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What was written is played back as it was.
class DecisionLogIT {
    private static final Instant T0 = Instant.parse("2026-11-24T10:00:00Z");

    private final Mirror mirror = new Mirror(PlannerOptions.DEFAULT);

    private static Event gang(String name, Gang.@Nullable Status status) {
        var classes = List.of(new Gang.Members("w", 1, 1, 0, Map.of("nvidia.com/gpu", "8"), null, null, null));
        var spec = new Gang.Spec(0, false, classes, null, null, null, 0, null, null, null);
        return new Event.GangSeen(new GangFact("n", name, "uid-" + name, "1", T0.getEpochSecond(), "", spec, status));
    }

    private static Gang.Status status(Gang.Phase phase, String reason, Instant since) {
        var slots = phase.holds() ? List.of(new Gang.Slots("w", List.of("a"), null)) : null;
        return new Gang.Status(phase, 1, 0, null, slots, "", reason, reason + " it is", null, since.toString());
    }

    private void tell(DecisionLog log, Event event, Instant at) {
        Decided row = mirror.on(event, at);
        log.event(event, at.toEpochMilli());
        if (row != null) {
            log.decided(row, at.toEpochMilli());
        }
    }

    private void story(DecisionLog log) {
        mirror.on(
                new Event.NodeSeen(new NodeFact(
                        "a",
                        true,
                        Map.of("nvidia.com/gpu.product", "H100"),
                        List.of(new NodeFact.Taint("k", "v", "PreferNoSchedule")),
                        Map.of("cpu", 64000L, "memory", 1L << 38, "pods", 110L, "nvidia.com/gpu", 8L))),
                T0);
        mirror.on(
                new Event.Tenants(
                        List.of(new QuotaNode("all", null, Amounts.of("nvidia.com/gpu", 8), null)), Map.of("n", "all")),
                T0);
        mirror.on(gang("first", status(Gang.Phase.Running, "Started", T0)), T0);
        log.begin(mirror.everything(), mirror.runTimes(), T0.toEpochMilli());
        tell(log, new Event.GangOrigin("n", "second", new Origin("Job", "job", "me", "image")), T0.plusSeconds(5));
        tell(log, gang("second", status(Gang.Phase.Waiting, "NoRoom", T0.plusSeconds(10))), T0.plusSeconds(10));
        tell(
                log,
                new Event.PodSeen(new PodFact(
                        "p",
                        "n",
                        "stranger",
                        "",
                        "a",
                        PodFact.Stage.PENDING,
                        false,
                        false,
                        false,
                        "",
                        Map.of("cpu", 1000L),
                        null,
                        "")),
                T0.plusSeconds(20));
        tell(log, gang("first", status(Gang.Phase.Done, "Finished", T0.plusSeconds(30))), T0.plusSeconds(30));
        tell(log, gang("second", status(Gang.Phase.Running, "Started", T0.plusSeconds(40))), T0.plusSeconds(40));
        log.sample(new Sample(T0.getEpochSecond(), 8000, 8000, 0, 0.25, 1, 1), T0.toEpochMilli());
    }

    @Test
    void anyMomentIsPlayedBack(@TempDir Path folder) throws Exception {
        try (var log = new DecisionLog(folder, DecisionLog.Bounds.DEFAULT, PlannerOptions.DEFAULT)) {
            story(log);
        }
        // As after a crash: the last line was cut off.
        Path file = new LineFiles(folder, "events").files().getLast();
        Files.writeString(file, "{\"t\":1,\"e\":\"PodG", StandardOpenOption.APPEND);
        try (var log = new DecisionLog(folder, DecisionLog.Bounds.DEFAULT, PlannerOptions.DEFAULT)) {
            assertThat(log.at(T0.minusSeconds(1))).isEmpty();
            Scene then = log.at(T0.plusSeconds(25)).orElseThrow().scene();
            Entry waiting = then.waiting().getFirst();
            assertThat(waiting.name()).isEqualTo("second");
            assertThat(waiting.origin().user()).isEqualTo("me");
            assertThat(waiting.tenant()).isEqualTo("all");
            assertThat(waiting.why().removed().getFirst().constraint().name()).isEqualTo("gpus");
            assertThat(then.running()).hasSize(1);
            Scene later = log.at(T0.plusSeconds(4000)).orElseThrow().scene();
            assertThat(later.waiting()).isEmpty();
            assertThat(later.second()).isEqualTo(T0.getEpochSecond() + 40);
            assertThat(later.nodes()).isEqualTo(mirror.scene(T0.plusSeconds(40)).nodes());
            assertThat(log.at(T0.plusSeconds(25)).orElseThrow().lost()).isFalse();
            assertThat(log.reach()).hasValue(T0);
            assertThat(log.samples()).hasSize(1);
            assertThat(log.learned().orElseThrow().all()).containsKey("gpus/8000");
        }
    }

    @Test
    void decisionsNewestFirstInPages(@TempDir Path folder) throws Exception {
        try (var log = new DecisionLog(folder, DecisionLog.Bounds.DEFAULT, PlannerOptions.DEFAULT)) {
            for (int i = 0; i < 450; i++) {
                long second = T0.getEpochSecond() + i;
                log.decided(
                        new Decided(second, "n", "g" + i % 3, 0, "Waiting", "NoRoom", "", null, null, false),
                        second * 1000);
            }
            log.flushed();
            var all = new Decided.Wanted(null, null, null, null);
            Decided.Page first = log.decisions(all, null);
            assertThat(first.rows()).hasSize(200);
            assertThat(first.rows().getFirst().second()).isEqualTo(T0.getEpochSecond() + 449);
            Decided.Page second = log.decisions(all, first.next());
            Decided.Page third = log.decisions(all, second.next());
            assertThat(third.rows()).hasSize(50);
            assertThat(third.rows().getLast().second()).isEqualTo(T0.getEpochSecond());
            assertThat(third.next()).isNull();
            assertThat(log.decisions(new Decided.Wanted("n", "g1", T0.getEpochSecond(), T0.getEpochSecond() + 10), null)
                            .rows())
                    .hasSize(4);
            assertThatThrownBy(() -> log.decisions(all, "../x")).isInstanceOf(IllegalArgumentException.class);
        }
    }

    /// A file whose beginning says that events before it were left out makes the time before it doubtful.
    @Test
    void whatWasLeftOutIsSaid(@TempDir Path folder) throws Exception {
        try (var log = new DecisionLog(folder, DecisionLog.Bounds.DEFAULT, PlannerOptions.DEFAULT)) {
            story(log);
            log.lose();
            log.begin(
                    mirror.everything(), mirror.runTimes(), T0.plusSeconds(100).toEpochMilli());
            log.event(gang("third", null), T0.plusSeconds(110).toEpochMilli());
            log.sample(new Sample(0, 0, 0, 0, 0, 0, 0), T0.plusSeconds(999).toEpochMilli());
            log.flushed();
            assertThat(log.at(T0.plusSeconds(50)).orElseThrow().lost()).isTrue();
            Past later = log.at(T0.plusSeconds(120)).orElseThrow();
            assertThat(later.lost()).isFalse();
            assertThat(later.scene().waiting()).hasSize(1);
            assertThat(log.at(T0.plusSeconds(120))).as("played back once").containsSame(later);
        }
    }

    @Test
    void oldFilesGo(@TempDir Path folder) throws Exception {
        var bounds = new DecisionLog.Bounds(2_000, Duration.ofDays(14));
        try (var log = new DecisionLog(folder, bounds, PlannerOptions.DEFAULT)) {
            for (int i = 0; i < 30; i++) {
                log.begin(mirror.everything(), mirror.runTimes(), T0.toEpochMilli() + i);
            }
            log.flushed();
        }
        long bytes = 0;
        var files = new LineFiles(folder, "events").files();
        for (Path file : files) {
            bytes += Files.size(file);
        }
        assertThat(bytes).isLessThan(3_000);
        assertThat(files.size()).isGreaterThan(1);
        assertThat(Optional.of(LineFiles.begun(files.getLast()))).hasValue(T0.toEpochMilli() + 29);
    }
}
