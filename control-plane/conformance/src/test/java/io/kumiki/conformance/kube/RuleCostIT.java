package io.kumiki.conformance.kube;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.conformance.cluster.Api;
import io.kumiki.conformance.cluster.Clusters;
import io.kumiki.conformance.cluster.KubernetesPrograms;
import io.kumiki.conformance.cluster.RealCluster;
import io.kumiki.conformance.cluster.Reply;
import io.kumiki.model.Json;
import io.kumiki.runtime.yaml.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What the rules of a definition may cost at worst, on both clusters: a rule is put on the items of a list whose bound
/// is chosen so that the estimate is a little too high, for then the refusal tells it to seven digits.
@ExtendWith(Clusters.class)
class RuleCostIT {
    private static final String DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    private static final Pattern FACTOR = Pattern.compile("estimated rule cost exceeds budget by factor of ([0-9.]+)x");
    private static final double A_LITTLE = 1.2;
    private static final long MOST = 1L << 40;
    private static final String SHORT = "{\"type\":\"string\",\"maxLength\":20}";
    private static final String PROPERTIES = """
        "n":{"type":"integer"},"d":{"type":"number"},"s":{"type":"string"},"b":{"type":"boolean"},
        "short":SHORT,"choice":{"type":"string","enum":["one","two","three"]},
        "port":{"x-kubernetes-int-or-string":true},
        "when":{"type":"string","format":"date-time"},"day":{"type":"string","format":"date"},
        "span":{"type":"string","format":"duration"},"raw":{"type":"string","format":"byte","maxLength":30},
        "list":{"type":"array","items":{"type":"string"}},"ints":{"type":"array","items":{"type":"integer"},"maxItems":40},
        "few":{"type":"array","maxItems":12,"items":SHORT},
        "items":{"type":"array","maxItems":16,"x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"],
          "items":{"type":"object","required":["k"],"properties":{"k":SHORT,"v":{"type":"integer"}}}},
        "map":{"type":"object","maxProperties":9,"additionalProperties":{"type":"integer"}},
        "texts":{"type":"object","maxProperties":9,"additionalProperties":SHORT},
        "nested":{"type":"array","maxItems":7,"items":{"type":"array","maxItems":5,"items":SHORT}},
        "inner":{"type":"object","properties":{"deep":SHORT,
          "list":{"type":"array","maxItems":6,"items":{"type":"object","properties":{"a":{"type":"array","maxItems":8,"items":{"type":"integer"}}}}}}},
        "apiv":SHORT,"namespace":SHORT
        """.replace("SHORT", SHORT);

    private final Api ours = Clusters.embedded().api();

    private static Api real() {
        RealCluster real = Clusters.real();
        Assumptions.assumeTrue(real != null, "no real cluster");
        return java.util.Objects.requireNonNull(real).api();
    }

    /// @param bound how many values the rule judges; 0 for no bound
    private static ObjectNode definition(String rule, long bound) {
        ObjectNode definition = (ObjectNode) Json.parse("""
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"dears.example.com"},
             "spec":{"group":"example.com","scope":"Namespaced","names":{"plural":"dears","kind":"Dear"},
              "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","properties":{}}}}]}}\
            """);
        ObjectNode list = ((ObjectNode) definition.at("/spec/versions/0/schema/openAPIV3Schema/properties"))
                .putObject("spec")
                .put("type", "array")
                .put("x-kubernetes-list-type", "map");
        if (bound > 0) {
            list.put("maxItems", bound);
        }
        list.putArray("x-kubernetes-list-map-keys").add("short");
        ObjectNode items = (ObjectNode)
                Json.parse("{\"type\":\"object\",\"required\":[\"short\"],\"properties\":{" + PROPERTIES + "}}");
        items.putArray("x-kubernetes-validations").add(Json.parse(rule));
        list.set("items", items);
        return definition;
    }

    private static Reply answer(Api api, JsonNode definition) {
        return api.post(DEFINITIONS + "?dryRun=All", definition);
    }

    private static TreeSet<String> told(Reply reply) {
        TreeSet<String> told = new TreeSet<>(List.of("HTTP " + reply.code()));
        reply.json()
                .at("/details/causes")
                .forEach(each -> told.add(each.path("field").asText() + ": "
                        + each.path("message").asText()));
        return told;
    }

    /// The bound at which the embedded cluster finds the rule a little too dear; 1 when it always is.
    private long telling(String rule) {
        for (long bound = 1; bound < MOST; bound *= 8) {
            Matcher factor =
                    FACTOR.matcher(answer(ours, definition(rule, bound)).text());
            if (factor.find()) {
                return Math.max(1, Math.round(bound * A_LITTLE / Double.parseDouble(factor.group(1))));
            }
        }
        return 1;
    }

    @Test
    void everyExpressionIsAsDear() throws IOException {
        Api real = real();
        List<String> differences = new ArrayList<>();
        int exact = 0;
        for (String line :
                Files.readAllLines(KubernetesPrograms.module().resolve("src/test/resources/rules/expressions.txt"))) {
            if (line.startsWith("#")) {
                continue;
            }
            String rule = Json.write(Json.object().put("rule", line));
            long bound = telling(rule);
            for (long each : new long[] {bound, 0}) {
                ObjectNode definition = definition(rule, each);
                TreeSet<String> ourWords = told(answer(ours, definition));
                TreeSet<String> theirs = told(answer(real, definition));
                exact += ourWords.toString().matches("(?s).*factor of 1\\.[0-9]{6}x.*") ? 1 : 0;
                if (!ourWords.equals(theirs)) {
                    differences.add(line + "  (bound " + each + ")\n    ours " + ourWords + "\n    real " + theirs);
                }
            }
        }
        assertThat(differences).as(String.join("\n", differences)).isEmpty();
        assertThat(exact).as("rules whose cost was told to seven digits").isGreaterThan(60);
    }

    /// A message is told once; a definition may be too dear though none of its rules is.
    @Test
    void messagesAndSumsAreAsDear() {
        Api real = real();
        ObjectNode message = definition(
                Json.write(Json.object()
                        .put("rule", "self.n > 1")
                        .put("messageExpression", "self.list.map(x, x + self.s).join(',')")),
                4);
        assertThat(told(answer(ours, message)))
                .isEqualTo(told(answer(real, message)))
                .hasSizeGreaterThan(1);
        ObjectNode many = definition(Json.write(Json.object().put("rule", "self.few.all(x, x.size() > 1)")), 100_000);
        var rules = (com.fasterxml.jackson.databind.node.ArrayNode)
                many.at("/spec/versions/0/schema/openAPIV3Schema/properties/spec/items/x-kubernetes-validations");
        for (int i = 0; i < 40; i++) {
            rules.addObject().put("rule", "self.few.all(x, x.size() > " + i + ")");
        }
        assertThat(told(answer(ours, many))).isEqualTo(told(answer(real, many))).hasSizeGreaterThan(4);
    }

    @Test
    void publishedDefinitionsAreAnsweredAlike() throws IOException {
        Api real = real();
        List<String> differences = new ArrayList<>();
        int count = 0;
        for (Path file : published()) {
            for (JsonNode definition : Yaml.documents(Files.readString(file))) {
                if (!definition.path("kind").asText().equals("CustomResourceDefinition")) {
                    continue;
                }
                TreeSet<String> ourWords = told(answer(ours, definition));
                TreeSet<String> theirs = told(answer(real, definition));
                count++;
                if (!ourWords.equals(theirs) || !theirs.contains("HTTP 201")) {
                    differences.add(file.getFileName() + "\n    ours " + ourWords + "\n    real " + theirs);
                }
            }
        }
        assertThat(differences).as(String.join("\n", differences)).isEmpty();
        assertThat(count).as("definitions").isPositive();
        System.out.println(count + " published definitions answered alike");
    }

    /// Those of others, where they lie beside this checkout, and our own.
    private static List<Path> published() throws IOException {
        List<Path> all = new ArrayList<>();
        for (Path at = KubernetesPrograms.module(); at != null; at = at.getParent()) {
            for (String folder : List.of("shared/conformance/crds", "manifests/crds")) {
                Path found = at.resolve(folder);
                if (Files.isDirectory(found)) {
                    try (Stream<Path> files = Files.walk(found)) {
                        files.filter(file -> file.toString().endsWith(".yaml"))
                                .sorted()
                                .forEach(all::add);
                    }
                }
            }
        }
        return all;
    }
}
