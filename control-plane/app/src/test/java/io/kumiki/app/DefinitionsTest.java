package io.kumiki.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.kumiki.model.crd.Definition;
import io.kumiki.model.scheduling.Gang;
import io.kumiki.model.scheduling.PlaceLevels;
import io.kumiki.model.scheduling.TenantQuota;
import io.kumiki.runtime.yaml.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is checked in is what the records say. After a change of a record: run this test with
/// `-Dkumiki.definitions=write`.
class DefinitionsTest {
    @ParameterizedTest
    @ValueSource(classes = {Gang.class, TenantQuota.class, PlaceLevels.class})
    void theManifestIsWhatTheRecordsSay(Class<? extends HasMetadata> kind) throws IOException {
        var definition = Definition.of(kind);
        Path file = manifests().resolve("crds").resolve(HasMetadata.getPlural(kind) + ".yaml");
        if ("write".equals(System.getProperty("kumiki.definitions"))) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, Yaml.write(definition));
        }
        assertThat(Yaml.document(Files.readString(file))).isEqualTo(Yaml.document(Yaml.write(definition)));
    }

    private static Path manifests() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(folder.resolve("manifests"))) {
            folder = folder.getParent();
        }
        return folder.resolve("manifests");
    }
}
