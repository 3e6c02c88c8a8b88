package io.kumiki.extender;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.model.Json;
import io.kumiki.planner.fact.PodFact;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What 100,000 pods of a list leave behind, and that the list itself is never in memory.
class StartUpMemoryIT {
    private static final int PODS = 100_000;
    private static final String POD = """
            {"metadata":{"name":"p-%1$d","namespace":"team","uid":"00000000-0000-0000-0000-%1$012d","resourceVersion":"%1$d",
            "labels":{"env":"prod","app":"trainer"},"managedFields":[{"manager":"m","operation":"Update","fieldsV1":{%2$s}}]},
            "spec":{"nodeName":"node-%3$d","nodeSelector":{"env":"prod"},"containers":[{"name":"c","image":"i","env":[{"name":"A","value":"B"}],
            "resources":{"requests":{"cpu":"1","memory":"1Gi","nvidia.com/gpu":"1"}}}]},
            "status":{"phase":"Running","containerStatuses":[{"name":"c","ready":true}]}}""";

    /// The list as the API server sends it, made while it is read.
    private static final class Listed extends InputStream {
        private final String fields = "\"f:spec\":{\"f:containers\":{\"k\":{}}},".repeat(25) + "\"f:end\":{}";
        private byte[] now = "{\"metadata\":{\"resourceVersion\":\"7\"},\"items\":[".getBytes(StandardCharsets.UTF_8);
        private int at;
        private int made;
        private long bytes;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0];
        }

        @Override
        public int read(byte[] into, int from, int length) {
            if (at == now.length) {
                if (made > PODS) {
                    return -1;
                }
                String next = made == PODS ? "]}" : (made == 0 ? "" : ",") + POD.formatted(made, fields, made % 5000);
                now = next.getBytes(StandardCharsets.UTF_8);
                made++;
                at = 0;
            }
            int n = Math.min(length, now.length - at);
            System.arraycopy(now, at, into, from, n);
            at += n;
            bytes += n;
            return n;
        }
    }

    @Test
    void aHundredThousandPodsBecomeCompactFacts() throws Exception {
        long before = used();
        long start = System.nanoTime();
        List<PodFact> facts = new ArrayList<>();
        var list = new Listed();
        try (JsonParser parser = Json.tokens().createParser(list)) {
            while (parser.nextToken() != JsonToken.START_ARRAY) {
                assertThat(parser.currentToken()).isNotNull();
            }
            while (parser.nextToken() == JsonToken.START_OBJECT) {
                JsonNode pod = LeanObjects.object(parser);
                if (facts.isEmpty()) {
                    assertThat(pod.path("metadata").has("managedFields")).isFalse();
                    assertThat(pod.path("status").has("containerStatuses")).isFalse();
                    assertThat(pod.at("/spec/containers/0").has("env")).isFalse();
                    // A label of the same name is no variable.
                    assertThat(pod.at("/metadata/labels/env").asText()).isEqualTo("prod");
                    assertThat(pod.at("/spec/nodeSelector/env").asText()).isEqualTo("prod");
                }
                facts.add(Facts.pod(pod));
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        double mib = (used() - before) / 1048576.0;
        System.out.printf(
                "%,d pods, %,d MB read in %.1f s; %.0f MiB kept%n", facts.size(), list.bytes / 1_000_000, seconds, mib);
        assertThat(facts).hasSize(PODS);
        assertThat(list.bytes).isGreaterThan(100_000_000);
        assertThat(mib).isLessThan(200);
    }

    private static long used() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
