package io.kumiki.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kumiki.placement.QueueOrder;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArgumentsTest {
    @Test
    void everyMistakeIsReportedAtOnce() {
        assertThatThrownBy(() -> UpOptions.parse(List.of("--prot", "1", "--data")))
                .isInstanceOf(Arguments.Wrong.class)
                .hasMessageContaining("unknown option --prot")
                .hasMessageContaining("--data needs a value");
    }

    @Test
    void aMountMustNameAFolderThatIsThere() {
        assertThatThrownBy(() -> UpOptions.parse(List.of("--mount", "x=/no/such/folder", "--ports", "some")))
                .hasMessageContaining("there is no folder /no/such/folder")
                .hasMessageContaining("--ports knows only 'auto'");
    }

    @Test
    void aSchedulerConfigurationIsReadAtOnce(@org.junit.jupiter.api.io.TempDir Path folder) throws Exception {
        assertThatThrownBy(() -> UpOptions.parse(List.of("--scheduler-config", "/no/such/file")))
                .hasMessageContaining("there is no such file");
        Path file = folder.resolve("scheduler.yaml");
        java.nio.file.Files.writeString(
                file,
                "apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n"
                        + "profiles: [{schedulerName: mine, plugins: {}}]\n");
        assertThatThrownBy(() -> UpOptions.parse(List.of("--scheduler-config", file.toString())))
                .hasMessageContaining("plugins cannot be set");
        java.nio.file.Files.writeString(
                file,
                "apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n"
                        + "profiles: [{schedulerName: mine}]\n");
        assertThat(UpOptions.parse(List.of("--scheduler-config", file.toString()))
                        .scheduler()
                        .rules()
                        .names())
                .containsExactly("mine");
    }

    @Test
    void bothFormsOfAnOptionAreTaken() {
        assertThat(UpOptions.parse(List.of("--port=1234", "--no-open")).port()).isEqualTo(1234);
        assertThat(UpOptions.parse(List.of("--data", "/tmp/x", "--no-open")).data())
                .isEqualTo(Path.of("/tmp/x"));
    }

    @Test
    void aPortIsANumberInRange() {
        assertThatThrownBy(() -> UpOptions.parse(List.of("--port", "70000"))).hasMessageContaining("0 to 65535");
        assertThatThrownBy(() -> UpOptions.parse(List.of("--port", "many"))).hasMessageContaining("whole number");
    }

    @Test
    void theOrderOfTheQueue() {
        assertThat(UpOptions.parse(List.of()).order()).isEqualTo(QueueOrder.age);
        assertThat(UpOptions.parse(List.of("--queue-order", "shortest")).order())
                .isEqualTo(QueueOrder.shortest);
        assertThatThrownBy(() -> UpOptions.parse(List.of("--queue-order", "random")))
                .hasMessageContaining("--queue-order is one of [age, shortest], not random");
    }
}
