package io.kumiki.pipelines.reading;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.pipelines.expression.Argument;
import io.kumiki.pipelines.expression.Malformed;
import io.kumiki.pipelines.expression.Template;
import io.kumiki.pipelines.expression.Values;
import io.kumiki.pipelines.ir.Body;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// deploymentSpec.executors.
final class ExecutorReader {
    private static final List<String> RESOURCES = List.of(
            "cpuLimit",
            "memoryLimit",
            "cpuRequest",
            "memoryRequest",
            "resourceCpuLimit",
            "resourceMemoryLimit",
            "resourceCpuRequest",
            "resourceMemoryRequest");
    private static final List<String> ACCELERATOR = List.of("type", "count", "resourceType", "resourceCount");

    private ExecutorReader() {}

    static @Nullable Body read(Fields f) {
        Body body = null;
        if (f.has("container")) {
            body = container(f.object("container"));
        } else if (f.has("importer")) {
            body = importer(f.object("importer"));
        } else if (f.has("resolver") || f.has("customJob")) {
            f.ignore("resolver", "customJob");
            f.fault(
                    "",
                    SpecFault.Unsupported,
                    "resolver and customJob executors cannot run here; a container or an importer was expected");
        } else {
            f.fault("", SpecFault.Missing, "container or importer was expected, found neither");
        }
        f.done();
        return body;
    }

    private static Body container(Fields f) {
        String image = f.requiredText("image", "the image");
        List<String> command = f.texts("command");
        List<String> args = f.texts("args");
        var env = f.list("env", ExecutorReader::variable);
        var resources = resources(f.object("resources"));
        f.ignore("lifecycle");
        f.done();
        switch (image) {
            case "argostub/createpvc" -> {
                return new Body.CreateVolume();
            }
            case "argostub/deletepvc" -> {
                return new Body.DeleteVolume();
            }
            default -> {
                var argv = new ArrayList<>(command);
                argv.addAll(args);
                return new Body.Container(
                        Template.compile(image),
                        image,
                        arguments(f, "command", command),
                        arguments(f, "args", args),
                        argv,
                        env,
                        resources);
            }
        }
    }

    private static List<Argument> arguments(Fields f, String field, List<String> texts) {
        var all = new ArrayList<Argument>(texts.size());
        for (int i = 0; i < texts.size(); i++) {
            try {
                all.add(Argument.compile(texts.get(i)));
            } catch (Malformed e) {
                f.fault(field + "[" + i + "]", SpecFault.BadExpression, e.getMessage());
            }
        }
        return all;
    }

    private static Body.Env variable(Fields f) {
        var env = new Body.Env(f.requiredText("name", "the variable's name"), Template.compile(f.text("value")));
        if (env.name().indexOf('=') >= 0 || env.name().indexOf('\0') >= 0) {
            f.fault(
                    "name",
                    SpecFault.BadValue,
                    "the name of an environment variable has no '=', found " + Fields.quoted(env.name()));
        }
        f.done();
        return env;
    }

    private static Map<String, Template> resources(Fields f) {
        var all = new LinkedHashMap<String, Template>();
        RESOURCES.forEach(name -> scalar(f, name, name, all));
        Fields accelerator = f.object("accelerator");
        ACCELERATOR.forEach(name -> scalar(accelerator, name, "accelerator." + name, all));
        accelerator.done();
        f.done();
        return all;
    }

    private static void scalar(Fields f, String field, String key, Map<String, Template> into) {
        JsonNode value = f.any(field);
        if (value != null && value.isValueNode()) {
            into.put(key, Template.compile(Values.text(value)));
        } else if (value != null) {
            f.fault(field, SpecFault.WrongKind, "a text or a number was expected, found " + Fields.kind(value));
        }
    }

    private static Body importer(Fields f) {
        Fields uri = f.object("artifactUri");
        JsonNode constant = uri.has("constant")
                ? uri.any("constant")
                : uri.object("constantValue").any("stringValue");
        String parameter = uri.optionalText("runtimeParameter");
        uri.done();
        if (constant == null && parameter == null) {
            f.fault("artifactUri", SpecFault.Missing, "constant or runtimeParameter was expected, found neither");
        }
        Fields type = f.object("typeSchema");
        var importer = new Body.Importer(
                constant,
                parameter,
                DefinitionReader.title(type),
                type.text("schemaVersion"),
                f.tree("metadata"),
                f.flag("reimport"),
                f.flag("downloadToWorkspace"));
        type.done();
        f.ignore("properties", "customProperties");
        f.done();
        return importer;
    }
}
