package io.kumiki.extender;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.extender.admission.PodAdmission;
import io.kumiki.kube.ResourceType;
import io.kumiki.model.Json;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Preemption through the Eviction API, on the embedded cluster with its disruption controller.
class EvictionIT {
    private static final ResourceType CLASSES = new ResourceType("scheduling.k8s.io", "v1", "priorityclasses");

    @TempDir
    Path folder;

    private Ground ground;

    @BeforeEach
    void start() throws Exception {
        ground = Ground.byWebhook(folder, "2 x gpu=8 type=H100", PodAdmission.Rules.PLAIN);
        ObjectNode high = Json.object().put("value", 1000).put("preemptionPolicy", "Never");
        high.putObject("metadata").put("name", "high");
        ground.create(CLASSES, "", high);
    }

    @AfterEach
    void stop() throws Exception {
        ground.close();
    }

    private static ObjectNode member(String gang, int index, int size) {
        ObjectNode pod = Ground.pod(gang + "-" + index, 8);
        ObjectNode metadata = pod.withObject("/metadata");
        metadata.withObject("/labels").put("kumiki.io/gang", gang);
        metadata.withObject("/annotations").put("kumiki.io/gang-size", Integer.toString(size));
        return pod;
    }

    @Test
    void aGangIsPreemptedOnlyWhenItsBudgetLetsAllOfItGo() throws Exception {
        ObjectNode budget = Json.object();
        budget.putObject("metadata").put("name", "all");
        budget.putObject("spec")
                .put("minAvailable", 1)
                .putObject("selector")
                .putObject("matchLabels")
                .put("kumiki.io/gang", "low");
        ground.create(ResourceType.DISRUPTION_BUDGETS, "team", budget);
        ground.make(member("low", 0, 2));
        ground.make(member("low", 1, 2));
        ground.await(
                "low runs",
                () -> ground.gang("low").at("/status/phase").asText().equals("Running"));
        ObjectNode high = member("high", 0, 1);
        high.withObject("/spec").put("priorityClassName", "high");
        ground.make(high);
        ground.await(
                "the budget keeps low",
                () -> ground.gang("high")
                        .at("/status/message")
                        .asText()
                        .contains("1 gang of lower priority may not be preempted"));
        assertThat(ground.nodeOf("low-0")).isNotEmpty();
        ground.client
                .policy()
                .v1()
                .podDisruptionBudget()
                .inNamespace("team")
                .withName("all")
                .delete();
        ground.await("high is placed", () -> !ground.nodeOf("high-0").isEmpty());
        assertThat(ground.podNamed("low-0").isEmpty()
                        && ground.podNamed("low-1").isEmpty())
                .as("low left as a whole")
                .isTrue();
    }
}
