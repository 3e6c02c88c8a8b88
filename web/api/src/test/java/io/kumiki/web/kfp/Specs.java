package io.kumiki.web.kfp;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import java.nio.charset.StandardCharsets;

/// Small pipelines for tests.
final class Specs {
    static final String PLATFORM =
            "{\"platforms\":{\"kubernetes\":{\"deploymentSpec\":{\"executors\":{\"exec-echo\":{\"imagePullPolicy\":\"Always\"}}}}}}";

    private Specs() {}

    /// One container task; parameters `text` (required STRING) and `n` (NUMBER_INTEGER, default 1.0).
    static String echo(String name, String image) {
        return """
        {"pipelineInfo":{"name":"%s"},"schemaVersion":"2.1.0","sdkVersion":"kfp-2.17.0",
         "components":{"comp-echo":{"executorLabel":"exec-echo","inputDefinitions":{"parameters":{"text":{"parameterType":"STRING"}}}}},
         "deploymentSpec":{"executors":{"exec-echo":{"container":{"image":"%s","command":["echo"],"args":["{{$.inputs.parameters['text']}}"]}}}},
         "root":{"dag":{"tasks":{"echo":{"cachingOptions":{"enableCache":true},"componentRef":{"name":"comp-echo"},"taskInfo":{"name":"echo"},
           "inputs":{"parameters":{"text":{"componentInputParameter":"text"}}}}}},
           "inputDefinitions":{"parameters":{"text":{"parameterType":"STRING"},"n":{"parameterType":"NUMBER_INTEGER","defaultValue":1.0,"isOptional":true}}}}}
        """.formatted(name, image);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /// A create-run body with the spec inside.
    static String run(String displayName, String spec, String parameters) {
        ObjectNode body = Json.object().put("display_name", displayName);
        body.set("pipeline_spec", Json.parse(spec));
        body.putObject("runtime_config").set("parameters", Json.parse(parameters));
        return body.toString();
    }
}
