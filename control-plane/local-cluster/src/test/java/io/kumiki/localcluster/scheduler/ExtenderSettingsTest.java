package io.kumiki.localcluster.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kumiki.model.Json;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ExtenderSettingsTest {
    @Test
    void readsWhatKubeSchedulerReads() {
        var settings = ExtenderSettings.read(Json.parse("""
            [{"urlPrefix":"http://127.0.0.1:1/a/","filterVerb":"filter","httpTimeout":"1500ms","nodeCacheCapable":true,
              "managedResources":[{"name":"kumiki.io/plan","ignoredByScheduler":true}]},
             {"urlPrefix":"http://127.0.0.1:1/a","bindVerb":"bind","httpTimeout":"1h30m1.5s","managedResources":[{"name":"kumiki.io/bind"}]}]\
            """));
        assertThat(settings.get(0).urlPrefix()).hasToString("http://127.0.0.1:1/a");
        assertThat(settings.get(0).call().timeout()).isEqualTo(Duration.ofMillis(1500));
        assertThat(settings.get(1).call().timeout()).isEqualTo(Duration.ofMillis(5_401_500));
        assertThat(settings.get(1).managedResources())
                .containsExactly(new ExtenderSettings.Managed("kumiki.io/bind", false));
    }

    @Test
    void everyMistakeAtOnce() {
        assertThatThrownBy(() -> ExtenderSettings.read(Json.parse("""
            [{"urlPrefix":"ftp://x","prioritizeVerb":"p","bindVerb":"b","managedResources":[{"name":"x.io/r"}],"colour":1,"tlsConfig":{"insecure":true,"caData":"AAAA","certData":"AAAA"}},
             {"urlPrefix":"http://127.0.0.1:1","bindVerb":"b","preemptVerb":"x","httpTimeout":"soon","managedResources":[{"name":"x.io/r"},{"name":"cpu"}]}]\
            """)))
                .hasMessageContaining("ftp://x")
                .hasMessageContaining("weight")
                .hasMessageContaining("colour")
                .hasMessageContaining("insecure flag")
                .hasMessageContaining("must be given together")
                .hasMessageContaining("\"cpu\" must be an extended resource")
                .hasMessageContaining("soon")
                .hasMessageContaining("duplicate extender managed resource name x.io/r")
                .hasMessageContaining("only one may");
    }

    /// The file that `kumiki extender --print-scheduler-config` prints for a real kube-scheduler.
    private static final String PRINTED = """
        apiVersion: kubescheduler.config.k8s.io/v1
        kind: KubeSchedulerConfiguration
        percentageOfNodesToScore: 100
        leaderElection:
          leaderElect: false
        profiles:
        - schedulerName: default-scheduler
        - schedulerName: kumiki-scheduler
        extenders:
        - urlPrefix: http://127.0.0.1:8891/scheduler
          filterVerb: filter
          httpTimeout: 2s
          nodeCacheCapable: true
          ignorable: false
          managedResources:
          - name: kumiki.io/plan
            ignoredByScheduler: true
        - urlPrefix: http://127.0.0.1:8891/scheduler
          bindVerb: bind
          httpTimeout: 600s
          nodeCacheCapable: true
          managedResources:
          - name: kumiki.io/bind
            ignoredByScheduler: true
        """;

    @Test
    void readsTheWholeFile() {
        SchedulerSettings settings = SchedulerSettings.read(PRINTED);
        assertThat(settings.rules().names()).containsExactlyInAnyOrder("default-scheduler", "kumiki-scheduler");
        assertThat(settings.extenders()).hasSize(2);
        assertThat(settings.extenders().get(0).verbs().filter()).isEqualTo("filter");
        assertThat(settings.extenders().get(1).verbs().bind()).isEqualTo("bind");
        assertThat(settings.extenders().get(1).call().timeout()).isEqualTo(Duration.ofMinutes(10));
    }

    @Test
    void whatTheFileCannotChangeIsRefusedByName() {
        assertThatThrownBy(() -> SchedulerSettings.read(PRINTED.replace(
                                "- schedulerName: kumiki-scheduler",
                                "- schedulerName: default-scheduler\n  plugins: {score: {disabled: [{name: '*'}]}}")
                        + "colour: blue\npodInitialBackoffSeconds: 20\n"))
                .hasMessageContaining("plugins cannot be set")
                .hasMessageContaining("is served by two profiles")
                .hasMessageContaining("colour")
                .hasMessageContaining("podInitialBackoffSeconds");
        assertThatThrownBy(() -> SchedulerSettings.read("apiVersion: v1\nkind: Pod\n"))
                .hasMessageContaining("wanted kubescheduler.config.k8s.io/v1 KubeSchedulerConfiguration, found v1 Pod");
        assertThatThrownBy(() -> SchedulerSettings.read("a: [")).hasMessageContaining("no YAML");
    }

    @Test
    void httpsWithoutAnAuthorityChecksNothingAsInKubeScheduler() {
        ExtenderSettings settings = ExtenderSettings.read(
                        Json.parse("[{\"urlPrefix\":\"https://h:1\",\"enableHTTPS\":true}]"))
                .get(0);
        assertThat(settings.call().tls().unchecked()).isTrue();
        ExtenderSettings trusted = ExtenderSettings.read(Json.parse(
                        "[{\"urlPrefix\":\"https://h:1\",\"enableHTTPS\":true,\"tlsConfig\":{\"caData\":\"AAAA\"}}]"))
                .get(0);
        assertThat(trusted.call().tls().unchecked()).isFalse();
    }
}
