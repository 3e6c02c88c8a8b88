package io.kumiki.localcluster.node.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageTableTest {
    @TempDir
    Path dir;

    private ImageTable table;

    @BeforeEach
    void pythons() throws IOException {
        python("opt/bin/python3.9", "binary");
        python("opt/bin/python3.12", "binary");
        python("opt/bin/python3.7", "binary");
        python("shims/python3.11", "#!/bin/sh\n");
        table = new ImageTable(
                InstalledPythons.in(List.of(dir.resolve("shims"), dir.resolve("opt/bin"), dir.resolve("missing"))),
                List.of("kumiki/artifact-agent"),
                List.of(new ImageTable.Row("ghcr.io/me/*", "python:3.12")));
    }

    private void python(String path, String content) throws IOException {
        Path file = dir.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "python:3.12,3.12,exact",
        "python:3.12.4-slim-bookworm,3.12,exact",
        "docker.io/library/python:3.9,3.9,exact",
        "mirror.example/library/python:3.9@sha256:0123,3.9,exact",
        "registry.access.redhat.com/ubi9/python-312:latest,3.12,exact",
        "python:3.11,3.12,nearest",
        "python:3.10,3.9,nearest",
        "python:3.14,3.12,nearest",
        "python:3.6,3.9,nearest",
        "python:3.7,3.7,exact",
        "python,3.12,exact",
        "python:3,3.12,exact",
        "ghcr.io/me/train:1,3.12,exact",
    })
    void pythonImages(String image, String version, String how) {
        assertThat(table.check(image)).isInstanceOfSatisfying(ImageVerdict.Runs.class, runs -> {
            assertThat(((Environment.Python) runs.environment()).version()).isEqualTo(version);
            assertThat(runs.note().isEmpty()).isEqualTo(how.equals("exact"));
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"alpine", "alpine:3.20", "docker.io/library/busybox", "bash@sha256:abc", "index.docker.io/bash:5"
            })
    void shellImages(String image) {
        assertThat(table.check(image)).isInstanceOfSatisfying(ImageVerdict.Runs.class, runs -> {
            assertThat(runs.environment()).isInstanceOf(Environment.HostShell.class);
            assertThat(runs.note()).contains(image);
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pytorch/pytorch:2.5",
                "python:2.7",
                "somebody/python:3.12",
                "ghcr.io/x/alpine",
                "localhost:5000/busybox2",
                "ubuntu",
                "kumiki/artifact-agent2"
            })
    void everythingElseIsRefusedByName(String image) {
        assertThat(table.check(image))
                .isInstanceOfSatisfying(
                        ImageVerdict.Refused.class,
                        refused -> assertThat(refused.reason()).contains(image).contains("container engine"));
    }

    @Test
    void ownCode() {
        assertThat(table.check("kumiki/artifact-agent:0.1.0"))
                .isInstanceOfSatisfying(
                        ImageVerdict.Runs.class,
                        runs -> assertThat(runs.environment())
                                .isEqualTo(new Environment.BuiltIn("kumiki/artifact-agent")));
    }

    @Test
    void withoutAnyPythonTheInstallCommandIsNamed() {
        ImageTable none = new ImageTable(InstalledPythons.in(List.of()), List.of(), List.of());
        assertThat(none.check("python:3.11"))
                .isInstanceOfSatisfying(
                        ImageVerdict.Refused.class,
                        refused -> assertThat(refused.reason())
                                .contains("apt install python3")
                                .contains("brew"));
    }
}
