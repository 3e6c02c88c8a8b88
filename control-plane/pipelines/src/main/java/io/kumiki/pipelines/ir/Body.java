package io.kumiki.pipelines.ir;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.pipelines.expression.Argument;
import io.kumiki.pipelines.expression.Template;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a component does.
public sealed interface Body permits Dag, Body.Container, Body.Importer, Body.CreateVolume, Body.DeleteVolume {

    /// A program in an image.
    ///
    /// @param argv command and args as written: part of the cache key
    /// @param resources field of ResourceSpec → text, e.g. `resourceCpuLimit`, `accelerator.resourceType`
    record Container(
            Template image,
            String imageText,
            List<Argument> command,
            List<Argument> args,
            List<String> argv,
            List<Env> env,
            Map<String, Template> resources)
            implements Body {
        public Container {
            command = List.copyOf(command);
            args = List.copyOf(args);
            argv = List.copyOf(argv);
            env = List.copyOf(env);
            resources = Map.copyOf(resources);
        }
    }

    record Env(String name, Template value) {}

    /// Makes an object known that is there already.
    ///
    /// @param uri a constant, or null when `parameter` names the input that holds it
    record Importer(
            @Nullable JsonNode uri,
            @Nullable String parameter,
            String type,
            String schemaVersion,
            ObjectNode metadata,
            boolean reimport,
            boolean downloadToWorkspace)
            implements Body {}

    record CreateVolume() implements Body {}

    record DeleteVolume() implements Body {}
}
