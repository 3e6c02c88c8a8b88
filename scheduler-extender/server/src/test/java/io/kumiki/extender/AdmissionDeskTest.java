package io.kumiki.extender;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.extender.admission.Planning;
import io.kumiki.extender.admission.PodShape;
import io.kumiki.model.Json;
import io.kumiki.planner.Decision;
import io.kumiki.planner.Planner;
import io.kumiki.planner.PlannerOptions;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AdmissionDeskTest {
    private static final Planning.Newcomer POD = new Planning.Newcomer(
            "claim", "team", "", PodShape.single(Json.parse("{\"spec\":{\"containers\":[]}}")), 0, null, false);

    @Test
    void onAnEventLoopAPlannerThatDoesNotAnswerIsAsNobody() throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            var desk = new AdmissionDesk();
            var planner = new PlannerLoop(new Planner(PlannerOptions.DEFAULT), _ -> {}, InstantSource.system());
            assertThat(desk.entrySoon(POD).toCompletableFuture().join()).isInstanceOf(Decision.Entry.Queued.class);

            desk.open(planner, new Calls(), new DeclaredGroups());
            assertThat(desk.entrySoon(POD)).as("not on an event loop").isNull();

            var answer = new CompletableFuture<Decision.Entry>();
            vertx.runOnContext(_ -> {
                CompletionStage<Decision.Entry> soon = desk.entrySoon(POD);
                soon.whenComplete((entry, failed) -> {
                    assertThat(Vertx.currentContext()).isNotNull();
                    answer.complete(entry);
                });
            });
            assertThat(answer.get(10, TimeUnit.SECONDS)).isInstanceOf(Decision.Entry.Queued.class);
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }
}
