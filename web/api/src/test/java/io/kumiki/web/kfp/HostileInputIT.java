package io.kumiki.web.kfp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.web.kfp.KfpServer.Reply;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Damaged requests are refused or taken, and never break the server.
class HostileInputIT {
    private static final long SEED = Long.getLong("kumiki.seed", 20261124);
    private static final int ROUNDS = Integer.getInteger("kumiki.rounds", 1500);
    private static final List<String> VALUES = List.of(
            "null",
            "true",
            "-1",
            "1e400",
            "1e-999999999",
            "9223372036854775808",
            "\"\"",
            "\"\\u0000\"",
            "\"../../etc/passwd\"",
            "\"{{$}}\"",
            "\"{{$.inputs.parameters['\"",
            "[]",
            "{}",
            "[[[[]]]]",
            "{\"\":{\"\":1}}",
            "\"2.1.0\"",
            "\"\\uD800\"",
            "\"x'; DROP TABLE runs;--\"",
            "1.0");

    @Test
    void damagedBodies(@TempDir Path folder) {
        List<String> bodies = List.of(
                "/experiments {\"display_name\":\"e\",\"description\":\"d\",\"namespace\":\"kubeflow\"}",
                "/pipelines {\"name\":\"p\",\"display_name\":\"p\",\"tags\":{\"a\":\"b\"}}",
                "/pipelines/create {\"pipeline\":{\"name\":\"p\"},\"pipeline_version\":{\"name\":\"v\",\"pipeline_spec\":"
                        + Specs.echo("echo", "alpine") + "}}",
                "/runs " + Specs.run("r", Specs.echo("echo", "alpine"), "{\"text\":\"hi\",\"n\":1}"),
                "/runs "
                        + Specs.run(
                                "r",
                                "{\"pipeline_spec\":" + Specs.echo("echo", "alpine") + ",\"platform_spec\":"
                                        + Specs.PLATFORM + "}",
                                "{\"text\":\"hi\"}"),
                "/recurringruns {\"display_name\":\"j\",\"max_concurrency\":\"1\",\"trigger\":{\"cron_schedule\":{\"cron\":\"@daily\"}}}");
        var random = new SplittableRandom(SEED);
        try (var kfp = server(folder)) {
            for (int round = 0; round < ROUNDS; round++) {
                String template = bodies.get(round % bodies.size());
                int space = template.indexOf(' ');
                JsonNode body = Json.parse(template.substring(space + 1));
                for (int n = random.nextInt(1, 4); n > 0; n--) {
                    damage(body, random);
                }
                String text = random.nextInt(10) == 0 ? cut(body.toString(), random) : body.toString();
                harmless(
                        kfp.post(template.substring(0, space), text), "seed " + SEED + " round " + round + ": " + text);
            }
            assertThat(kfp.get("/healthz").status()).isEqualTo(200);
        }
    }

    @Test
    void damagedUploads(@TempDir Path folder) {
        byte[] good = Specs.bytes(
                "pipelineInfo: {name: p}\nschemaVersion: 2.1.0\nsdkVersion: kfp-2.17.0\nroot: {dag: {tasks: {}}}\ncomponents: &c {}\ndeploymentSpec: {executors: *c}\n---\nplatforms: {}\n");
        var random = new SplittableRandom(SEED);
        try (var kfp = server(folder)) {
            for (int round = 0; round < ROUNDS / 3; round++) {
                byte[] bad = good.clone();
                for (int n = random.nextInt(1, 6); n > 0; n--) {
                    bad[random.nextInt(bad.length)] = (byte)
                            (random.nextBoolean()
                                    ? random.nextInt()
                                    : "{}[]:&*!|>-\n \"'#%@".charAt(random.nextInt(18)));
                }
                harmless(
                        kfp.upload("/pipelines/upload?name=n" + round, "p.yaml", bad),
                        "seed " + SEED + " round " + round);
            }
        }
    }

    @Test
    void damagedQueries(@TempDir Path folder) {
        var random = new SplittableRandom(SEED);
        List<String> lists = List.of("/experiments", "/pipelines", "/runs", "/recurringruns", "/pipelines/x/versions");
        List<String> keys = List.of(
                "created_at",
                "display_name",
                "state",
                "tags.a'b",
                "id",
                "finished_at",
                "storage_state",
                "metric:a",
                "colour",
                "");
        try (var kfp = server(folder)) {
            newRun(kfp);
            for (int round = 0; round < ROUNDS; round++) {
                String key = keys.get(random.nextInt(keys.size()));
                String value = VALUES.get(random.nextInt(VALUES.size()));
                String field = List.of("stringValue", "int_value", "long_value", "timestampValue", "string_values")
                        .get(random.nextInt(5));
                String filter = "{\"predicates\":[{\"operation\":" + random.nextInt(-1, 12) + ",\"key\":\"" + key
                        + "\",\"" + field + "\":" + value + "}]}";
                String path = lists.get(random.nextInt(lists.size())) + "?page_size=" + random.nextInt(-1, 300)
                        + "&sort_by=" + encoded(key + (random.nextBoolean() ? " desc" : ""))
                        + (random.nextBoolean() ? "&filter=" + encoded(filter) : "")
                        + (random.nextInt(5) == 0 ? "&page_token=" + encoded(value) : "");
                harmless(kfp.get(path), "seed " + SEED + " round " + round + ": " + path);
            }
        }
    }

    private static void newRun(KfpServer kfp) {
        assertThat(kfp.post("/runs", Specs.run("r", Specs.echo("echo", "alpine"), "{\"text\":\"hi\"}"))
                        .status())
                .isEqualTo(200);
    }

    private static KfpServer server(Path folder) {
        return new KfpServer(folder, ImageCheck.ANYTHING, (run, task, follow) -> Optional.empty());
    }

    private static void harmless(Reply reply, String what) {
        assertThat(reply.status()).as(what + "\n" + reply.text()).isIn(200, 400, 404, 409, 501);
        assertThat(reply.text()).as(what).doesNotContain("Exception", "at io.kumiki", "SQL");
    }

    /// Replaces, removes or adds one value somewhere in the tree.
    private static void damage(JsonNode tree, SplittableRandom random) {
        var places = new ArrayList<JsonNode>();
        collect(tree, places);
        JsonNode place = places.get(random.nextInt(places.size()));
        JsonNode value = Json.parse(VALUES.get(random.nextInt(VALUES.size())));
        if (place instanceof ObjectNode object) {
            var names = new ArrayList<String>();
            object.fieldNames().forEachRemaining(names::add);
            String name = names.isEmpty() || random.nextInt(6) == 0
                    ? "k" + random.nextInt(9)
                    : names.get(random.nextInt(names.size()));
            if (random.nextInt(4) == 0) {
                object.remove(name);
            } else {
                object.set(name, value);
            }
        } else if (place instanceof ArrayNode array) {
            array.add(value);
        }
    }

    private static void collect(JsonNode node, List<JsonNode> into) {
        if (node.isContainerNode()) {
            into.add(node);
            node.forEach(child -> collect(child, into));
        }
    }

    private static String cut(String text, SplittableRandom random) {
        return text.substring(0, random.nextInt(text.length()));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
