package io.kumiki.placement;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class TopologyLawTest {
    /// More nodes like one of them: as if they had been there from the beginning.
    @Test
    void moreOfTheSame() {
        for (long seed = 0; seed < 500; seed++) {
            var random = new SplittableRandom(seed);
            List<Map<String, String>> labels = new ArrayList<>();
            for (int n = 0; n <= random.nextInt(10); n++) {
                var of = new TreeMap<>(Map.of("zone", "z" + random.nextInt(2), "rack", "r" + random.nextInt(4)));
                of.keySet().removeIf(_ -> random.nextInt(4) == 0);
                labels.add(of);
            }
            List<String> levels = List.of("zone", "rack");
            int like = random.nextInt(labels.size());
            int more = random.nextInt(4);
            Topology grown = Topology.of(levels, labels).and(like, more);
            for (int i = 0; i < more; i++) {
                labels.add(labels.get(like));
            }
            Topology anew = Topology.of(levels, labels);
            for (int level = 0; level < levels.size(); level++) {
                assertThat(grown.domains(level)).as("seed %s", seed).isEqualTo(anew.domains(level));
                for (int n = 0; n < labels.size(); n++) {
                    assertThat(grown.domainOf(level, n)).as("seed %s", seed).isEqualTo(anew.domainOf(level, n));
                    assertThat(grown.name(level, grown.domainOf(level, n)))
                            .as("seed %s", seed)
                            .isEqualTo(anew.name(level, anew.domainOf(level, n)));
                }
            }
        }
    }
}
