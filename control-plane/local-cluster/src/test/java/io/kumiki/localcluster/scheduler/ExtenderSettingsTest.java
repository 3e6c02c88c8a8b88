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
                 {"urlPrefix":"http://127.0.0.1:1/a","bindVerb":"bind","httpTimeout":"10m","managedResources":[{"name":"kumiki.io/bind"}]}]"""));
        assertThat(settings.get(0).urlPrefix()).hasToString("http://127.0.0.1:1/a");
        assertThat(settings.get(0).httpTimeout()).isEqualTo(Duration.ofMillis(1500));
        assertThat(settings.get(1).httpTimeout()).isEqualTo(Duration.ofMinutes(10));
        assertThat(settings.get(1).managedResources())
                .containsExactly(new ExtenderSettings.Managed("kumiki.io/bind", false));
    }

    @Test
    void everyMistakeAtOnce() {
        assertThatThrownBy(() -> ExtenderSettings.read(Json.parse("""
                        [{"urlPrefix":"ftp://x","prioritizeVerb":"p","bindVerb":"b","managedResources":[{"name":"r"}],"colour":1},
                         {"urlPrefix":"http://127.0.0.1:1","bindVerb":"b","preemptVerb":"x","httpTimeout":"soon","managedResources":[{"name":"r"}]}]""")))
                .hasMessageContaining("ftp://x")
                .hasMessageContaining("weight")
                .hasMessageContaining("colour")
                .hasMessageContaining("preemptVerb")
                .hasMessageContaining("soon")
                .hasMessageContaining("duplicate extender managed resource name r")
                .hasMessageContaining("only one may");
    }
}
