package io.kumiki.web.kfp;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.runtime.http.Route;
import io.kumiki.runtime.http.Routes;
import io.kumiki.store.Store;
import io.kumiki.store.objects.DiskObjects;
import io.kumiki.web.kfp.wire.Messages;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Our routes and messages against KFP's published definition.
class SwaggerIT {
    private static final Map<String, io.kumiki.web.kfp.wire.Message> MESSAGES = Map.of(
            "v2beta1Experiment", Messages.EXPERIMENT,
            "v2beta1Pipeline", Messages.PIPELINE,
            "v2beta1PipelineVersion", Messages.VERSION,
            "v2beta1CreatePipelineAndVersionRequest", Messages.PIPELINE_AND_VERSION,
            "v2beta1Run", Messages.RUN,
            "v2beta1RecurringRun", Messages.RECURRING_RUN);

    @BeforeEach
    void published() {
        if (Swagger.published().isEmpty()) {
            System.out.println("SKIPPED: KFP's published definition is not beside this checkout");
            Assumptions.abort();
        }
    }

    @Test
    void everyPublishedOperationHasARoute(@TempDir Path folder) {
        try (var store = Store.memory();
                var objects = DiskObjects.open(folder)) {
            var ports = new KfpPorts(
                    ImageCheck.ANYTHING,
                    (run, task, follow) -> Optional.empty(),
                    namespace -> LauncherConfig.FACTORY_ROOT,
                    objects);
            var api = new KfpApi(
                    KfpSettings.of("kubeflow", "v", "c"), store, ports, InstantSource.system(), UUID::randomUUID);
            Set<String> served = api.routes().stream()
                    .map(Routes::all)
                    .flatMap(java.util.List::stream)
                    .map((Route r) -> r.method() + " " + Swagger.shape(r.path()))
                    .collect(Collectors.toCollection(TreeSet::new));
            assertThat(served).containsAll(Swagger.published().orElseThrow().operations());
            assertThat(api.routesUnder("/x").getFirst().all())
                    .allMatch(r -> r.path().startsWith("/x/apis/v2beta1/"));
        }
    }

    @Test
    void everyPublishedFieldIsKnownAndNoOther() {
        MESSAGES.forEach((definition, message) -> assertThat(message.fieldNames())
                .as(definition)
                .isEqualTo(Swagger.published().orElseThrow().fields(definition)));
    }
}
