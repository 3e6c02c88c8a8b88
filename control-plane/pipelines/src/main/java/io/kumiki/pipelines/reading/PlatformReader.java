package io.kumiki.pipelines.reading;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.pipelines.RunPolicy;
import io.kumiki.pipelines.ir.ParameterSource;
import io.kumiki.pipelines.ir.PlatformSettings;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The second document: settings of executors and of the run, for Kubernetes. Other platforms are none of our
/// business.
final class PlatformReader {
    private static final Set<String> KNOWN = Set.of(
            "secretAsVolume",
            "secretAsEnv",
            "pvcMount",
            "nodeSelector",
            "podMetadata",
            "imagePullSecret",
            "imagePullPolicy",
            "configMapAsVolume",
            "configMapAsEnv",
            "activeDeadlineSeconds",
            "fieldPathAsEnv",
            "tolerations",
            "genericEphemeralVolume",
            "nodeAffinity",
            "podAffinity",
            "enabledSharedMemory",
            "emptyDirMounts",
            "securityContext");
    private static final Set<String> SOURCE_KINDS =
            Set.of("taskOutputParameter", "runtimeValue", "componentInputParameter", "taskFinalStatus");
    private static final int DEEPEST = 30;

    private final Map<String, ObjectNode> executors = new LinkedHashMap<>();
    private final Problems problems;
    private RunPolicy policy = new RunPolicy(null, null, null, null, null);

    private PlatformReader(Problems problems) {
        this.problems = problems;
    }

    static PlatformReader of(@Nullable JsonNode document, Problems problems) {
        var reader = new PlatformReader(problems);
        if (document != null && !document.isNull()) {
            reader.read(Fields.of(document, "platformSpec", problems));
        }
        return reader;
    }

    RunPolicy policy() {
        return policy;
    }

    private void read(Fields f) {
        Fields platforms = f.object("platforms");
        f.done();
        Fields kubernetes = platforms.object("kubernetes");
        Fields deployment = kubernetes.object("deploymentSpec");
        kubernetes.ignore("version", "config", "platform");
        executors.putAll(deployment.map("executors", PlatformReader::executor, n -> n));
        deployment.done();
        policy = policy(kubernetes.object("pipelineConfig"));
        kubernetes.done();
    }

    private static ObjectNode executor(Fields f) {
        ObjectNode tree = io.kumiki.model.Json.object();
        for (String name : KNOWN) {
            JsonNode value = f.any(name);
            if (value != null) {
                tree.set(name, value);
            }
        }
        f.done();
        return tree;
    }

    private static RunPolicy policy(Fields f) {
        Fields workspace = f.object("workspace");
        RunPolicy.Workspace wanted = null;
        if (f.has("workspace")) {
            String size = workspace.requiredText("size", "the workspace's size");
            Fields kubernetes = workspace.object("kubernetes");
            wanted = new RunPolicy.Workspace(size, kubernetes.tree("pvcSpecPatch"));
            kubernetes.done();
            workspace.done();
        }
        var policy = new RunPolicy(
                wanted,
                seconds(f, "resourceTtlOnCompletion"),
                seconds(f, "resourceTtlOnSuccess"),
                seconds(f, "resourceTtlOnFailure"),
                seconds(f, "activeDeadlineSeconds"));
        f.ignore("semaphoreKey", "mutexName", "resourceTtl");
        f.done();
        return policy;
    }

    private static @Nullable Duration seconds(Fields f, String field) {
        int n = f.count(field, 0);
        if (n < 0) {
            f.fault(field, SpecFault.BadValue, "0 or more seconds were expected, found " + n);
        }
        return n <= 0 ? null : Duration.ofSeconds(n);
    }

    /// The settings of one executor as a task of the given DAG sees them.
    @Nullable
    PlatformSettings settings(String executor, SourceReader sources, Set<Integer> upstreams) {
        ObjectNode config = executors.get(executor);
        if (config == null || config.isEmpty()) {
            return null;
        }
        var found = new LinkedHashMap<String, ParameterSource>();
        collect(
                config,
                "",
                "platformSpec.platforms.kubernetes.deploymentSpec.executors[" + executor + "]",
                sources,
                upstreams,
                found,
                0);
        return new PlatformSettings(config, found);
    }

    /// Every InputParameterSpec inside, wherever it stands: `secretNameParameter`, `tolerationJson`, …
    private void collect(
            JsonNode node,
            String pointer,
            String path,
            SourceReader sources,
            Set<Integer> upstreams,
            Map<String, ParameterSource> into,
            int depth) {
        if (depth > DEEPEST) {
            return;
        }
        if (node instanceof ObjectNode o) {
            if (pointer.startsWith("/pvcMount/") && !o.has("pvcNameParameter") && isSource(o)) {
                ObjectNode bare = o.deepCopy().retain(SOURCE_KINDS);
                ParameterSource old = sources.parameter(Fields.of(bare, path, problems), null, upstreams);
                if (old != null) {
                    into.put(pointer + "/pvcNameParameter", old);
                }
                return;
            }
            for (var e : o.properties()) {
                String below = pointer + "/" + e.getKey().replace("~", "~0").replace("/", "~1");
                String belowPath = path + "." + e.getKey();
                if ((e.getKey().endsWith("Parameter") || e.getKey().endsWith("Json")) && isSource(e.getValue())) {
                    ParameterSource source =
                            sources.parameter(Fields.of(e.getValue(), belowPath, problems), null, upstreams);
                    if (source != null) {
                        into.put(below, source);
                    }
                } else {
                    collect(e.getValue(), below, belowPath, sources, upstreams, into, depth + 1);
                }
            }
        } else if (node instanceof ArrayNode a) {
            for (int i = 0; i < a.size(); i++) {
                collect(a.get(i), pointer + "/" + i, path + "[" + i + "]", sources, upstreams, into, depth + 1);
            }
        }
    }

    private static boolean isSource(JsonNode node) {
        return node instanceof ObjectNode o && o.properties().stream().anyMatch(e -> SOURCE_KINDS.contains(e.getKey()));
    }
}
