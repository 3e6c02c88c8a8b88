package io.kumiki.web.kfp.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kumiki.runtime.http.HttpFault;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PipelinePackageTest {
    private static final byte[] YAML = "root: {}\n".getBytes(StandardCharsets.UTF_8);
    private final PipelinePackage packages = new PipelinePackage(new PackageLimits(4L << 20, 100, 100));

    @ParameterizedTest
    @ValueSource(strings = {"p.yaml", "p.yml", "p.JSON"})
    void aPlainFileIsTheDocument(String name) {
        assertThat(packages.open(name, YAML)).isEqualTo(YAML);
    }

    @Test
    void oneEntryOfAnArchive() {
        assertThat(packages.open("p.zip", Archives.zip(Map.of("any/thing.yaml", YAML))))
                .isEqualTo(YAML);
        assertThat(packages.open("p.tar.gz", Archives.tarGz(Map.of("thing.yml", YAML), Map.of())))
                .isEqualTo(YAML);
        assertThat(packages.open("p.tgz", Archives.tarGz(Map.of("thing.json", YAML), Map.of())))
                .isEqualTo(YAML);
    }

    @Test
    void pipelineYamlIsPreferred() {
        var entries = new LinkedHashMap<String, byte[]>();
        entries.put("README.md", new byte[3000]);
        entries.put("a.yaml", new byte[] {'a'});
        entries.put("dir/", new byte[0]);
        entries.put("dir/pipeline.yaml", YAML);
        assertThat(packages.open("p.zip", Archives.zip(entries))).isEqualTo(YAML);
        entries.remove("dir/");
        assertThat(packages.open("p.tar.gz", Archives.tarGz(entries, Map.of()))).isEqualTo(YAML);
    }

    @Test
    void longTarNamesOfGnuAndPax() {
        String name = "d".repeat(150) + "/pipeline.yaml";
        var gnu = new LinkedHashMap<String, byte[]>();
        gnu.put("././@LongLink", (name + "\0").getBytes(StandardCharsets.UTF_8));
        gnu.put("cut", YAML);
        assertThat(packages.open("p.tar.gz", Archives.tarGz(gnu, Map.of("././@LongLink", 'L'))))
                .isEqualTo(YAML);
        var pax = new LinkedHashMap<String, byte[]>();
        pax.put("PaxHeaders/x", ("173 path=" + name + "\n").getBytes(StandardCharsets.UTF_8));
        pax.put("cut", YAML);
        assertThat(packages.open("p.tar.gz", Archives.tarGz(pax, Map.of("PaxHeaders/x", 'x'))))
                .isEqualTo(YAML);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"../pipeline.yaml", "a/../../p.yaml", "/etc/p.yaml", "..\\p.yaml", "C:\\p.yaml", "c:/p.yaml"})
    void anEntryThatPointsOutsideIsRefused(String name) {
        assertThatThrownBy(() -> packages.open("p.zip", Archives.zip(Map.of(name, YAML))))
                .isInstanceOf(HttpFault.class)
                .hasMessageContaining("points outside");
        assertThatThrownBy(() -> packages.open("p.tar.gz", Archives.tarGz(Map.of(name, YAML), Map.of())))
                .isInstanceOf(HttpFault.class)
                .hasMessageContaining("points outside");
    }

    @Test
    void linksAreRefused() {
        assertThatThrownBy(() -> packages.open(
                        "p.zip",
                        Archives.asLink(
                                Archives.zip(Map.of("pipeline.yaml", "/etc/passwd".getBytes(StandardCharsets.UTF_8))))))
                .hasMessageContaining("is a link");
        for (char type : new char[] {'1', '2', '3', '6'}) {
            assertThatThrownBy(() -> packages.open(
                            "p.tar.gz",
                            Archives.tarGz(Map.of("pipeline.yaml", new byte[0]), Map.of("pipeline.yaml", type))))
                    .hasMessageContaining("is a link");
        }
    }

    @Test
    void bombsAreStoppedWhileTheyUnpack() {
        byte[] zeros = new byte[3 << 20];
        assertThatThrownBy(() -> packages.open("p.zip", Archives.zip(Map.of("pipeline.yaml", zeros))))
                .hasMessageContaining("more than 100 times");
        assertThatThrownBy(() -> packages.open("p.tar.gz", Archives.tarGz(Map.of("pipeline.yaml", zeros), Map.of())))
                .hasMessageContaining("more than 100 times");
        byte[] noise = new byte[5 << 20];
        new java.util.SplittableRandom(1).nextBytes(noise);
        assertThatThrownBy(() -> new PipelinePackage(new PackageLimits(6L << 20, 100, 100))
                        .open("p.zip", Archives.zip(Map.of("a.bin", noise, "b.bin", noise, "pipeline.yaml", YAML))))
                .hasMessageContaining("larger than");
        var many = new LinkedHashMap<String, byte[]>();
        for (int i = 0; i < 101; i++) {
            many.put("f" + i, new byte[0]);
        }
        assertThatThrownBy(() -> packages.open("p.zip", Archives.zip(many)))
                .hasMessageContaining("more than 100 entries");
    }

    @Test
    void nameAndContentMustAgree() {
        assertThatThrownBy(() -> packages.open("p.zip", YAML)).hasMessageContaining("not a zip archive");
        assertThatThrownBy(() -> packages.open("p.tar.gz", YAML)).hasMessageContaining("not a gzip file");
        assertThatThrownBy(() -> packages.open("p.png", YAML)).hasMessageContaining("Unexpected pipeline file format");
        assertThatThrownBy(() -> packages.open("p.yaml", new byte[0])).hasMessageContaining("empty");
        assertThatThrownBy(() -> packages.open("p.zip", Archives.zip(Map.of("a.txt", YAML))))
                .hasMessageContaining("holds no .yaml");
        assertThatThrownBy(() -> packages.open("p.zip", Archives.zip(Map.of("a.yaml", YAML, "b.yaml", YAML))))
                .hasMessageContaining("holds 2 pipeline files");
    }

    @Test
    void aDamagedArchiveIsSaid() {
        byte[] zip = Archives.zip(Map.of("pipeline.yaml", YAML));
        byte[] tar = Archives.tarGz(Map.of("pipeline.yaml", YAML), Map.of());
        for (int cut = 4; cut < zip.length; cut++) {
            byte[] part = Arrays.copyOf(zip, cut);
            onlyRefuses(() -> packages.open("p.zip", part));
        }
        for (int cut = 4; cut < tar.length; cut++) {
            byte[] part = Arrays.copyOf(tar, cut);
            onlyRefuses(() -> packages.open("p.tar.gz", part));
        }
        var random = new java.util.SplittableRandom(7);
        for (int round = 0; round < 2000; round++) {
            byte[] bad = (round % 2 == 0 ? zip : tar).clone();
            bad[random.nextInt(4, bad.length)] = (byte) random.nextInt();
            String name = round % 2 == 0 ? "p.zip" : "p.tar.gz";
            onlyRefuses(() -> packages.open(name, bad));
        }
    }

    /// Takes it or refuses it; any other exception is a fault of ours.
    private static void onlyRefuses(Runnable open) {
        try {
            open.run();
        } catch (HttpFault refused) {
            assertThat(refused.status()).isEqualTo(400);
        }
    }
}
