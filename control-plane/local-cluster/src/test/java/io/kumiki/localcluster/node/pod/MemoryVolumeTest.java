package io.kumiki.localcluster.node.pod;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.model.Json;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryVolumeTest {
    private static final long NODE = 1L << 30;

    private static List<MemoryVolume> of(String emptyDir, String containers) {
        return MemoryVolume.of(
                Json.parse("{\"volumes\":[{\"name\":\"v\",\"emptyDir\":" + emptyDir + "}]," + containers + "}"), NODE);
    }

    private static String container(String memory) {
        return memory.isEmpty() ? "{}" : "{\"resources\":{\"limits\":{\"memory\":\"" + memory + "\"}}}";
    }

    private static String containers(String... memory) {
        return "\"containers\":["
                + String.join(
                        ",",
                        List.of(memory).stream()
                                .map(MemoryVolumeTest::container)
                                .toList()) + "]";
    }

    @Test
    void onlyTheMediumMemoryLiesThere() {
        assertThat(of("{}", containers(""))).isEmpty();
        assertThat(of("{\"medium\":\"\",\"sizeLimit\":\"1Mi\"}", containers("")))
                .isEmpty();
        assertThat(of("{\"medium\":\"Memory\"}", containers(""))).containsExactly(new MemoryVolume("v", NODE));
    }

    @Test
    void theLeastOfItsOwnThePodsAndTheNodesCounts() {
        String own = "{\"medium\":\"Memory\",\"sizeLimit\":\"64Mi\"}";
        assertThat(of(own, containers(""))).containsExactly(new MemoryVolume("v", 64 << 20));
        assertThat(of(own, containers("16Mi", "16Mi"))).containsExactly(new MemoryVolume("v", 32 << 20));
        assertThat(of(own, containers("16Mi", ""))).containsExactly(new MemoryVolume("v", 64 << 20));
        assertThat(of(own, containers("48Mi", "48Mi"))).containsExactly(new MemoryVolume("v", 64 << 20));
        assertThat(of("{\"medium\":\"Memory\",\"sizeLimit\":\"0\"}", containers("16Mi")))
                .containsExactly(new MemoryVolume("v", 16 << 20));
        assertThat(of("{\"medium\":\"Memory\",\"sizeLimit\":\"8Gi\"}", containers("")))
                .containsExactly(new MemoryVolume("v", NODE));
    }

    @Test
    void initContainersRunBeforeOrBeside() {
        String memory = "{\"medium\":\"Memory\"}";
        String before = "\"initContainers\":[" + container("100Mi") + "],";
        String beside = "\"initContainers\":[{\"restartPolicy\":\"Always\","
                + container("100Mi").substring(1) + "],";
        assertThat(of(memory, before + containers("16Mi"))).containsExactly(new MemoryVolume("v", 100 << 20));
        assertThat(of(memory, beside + containers("16Mi"))).containsExactly(new MemoryVolume("v", 116 << 20));
    }
}
