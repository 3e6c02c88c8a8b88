package io.kumiki.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderTest {
    @TempDir
    Path dir;

    @Test
    void belongsToOneProcessAndItsOwnerOnly() throws Exception {
        try (var folder = DataFolder.open(dir)) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(dir)))
                    .isEqualTo("rwx------");
            assertThat(folder.secret("token", 32)).hasSizeGreaterThan(40).isEqualTo(folder.secret("token", 32));
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(dir.resolve("token"))))
                    .isEqualTo("rw-------");
            assertThatThrownBy(() -> DataFolder.open(dir))
                    .isInstanceOf(DataFolder.Refused.class)
                    .hasMessageContaining("in use");
        }
        DataFolder.open(dir).close();
    }

    @Test
    void aNewerOrDamagedFormatStopsTheStartWithItsName() throws Exception {
        DataFolder.open(dir).close();
        Files.writeString(dir.resolve("format"), "99\n");
        assertThatThrownBy(() -> DataFolder.open(dir))
                .hasMessageContaining("newer Kumiki")
                .hasMessageContaining("99");
        Files.writeString(dir.resolve("format"), "gibberish");
        assertThatThrownBy(() -> DataFolder.open(dir))
                .hasMessageContaining(dir.resolve("format").toString())
                .hasMessageContaining("damaged");
    }

    @Test
    void aDamagedJsonFileIsNamed() throws Exception {
        try (var folder = DataFolder.open(dir)) {
            Files.writeString(dir.resolve("endpoints.json"), "{\"dashboard\":");
            assertThatThrownBy(folder::lastEndpoints)
                    .isInstanceOf(DataFolder.Refused.class)
                    .hasMessageContaining("endpoints.json");
        }
    }
}
