package io.kumiki.pipelines.reading;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.kumiki.pipelines.expression.Values;
import io.kumiki.pipelines.ir.ArtifactDefinition;
import io.kumiki.pipelines.ir.ParameterDefinition;
import io.kumiki.pipelines.ir.ParameterType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// inputDefinitions and outputDefinitions.
final class DefinitionReader {
    private static final int LONGEST_NAME = 200;

    private DefinitionReader() {}

    static LinkedHashMap<String, ParameterDefinition> parameters(Fields definitions) {
        return definitions.map("parameters", DefinitionReader::parameter, n -> n);
    }

    static LinkedHashMap<String, ArtifactDefinition> artifacts(Fields definitions) {
        return definitions.map("artifacts", DefinitionReader::artifact, n -> n);
    }

    private static @Nullable ParameterDefinition parameter(Fields f) {
        String name = name(f);
        ParameterType type = f.has("parameterType") ? f.word("parameterType", ParameterType.class) : primitive(f);
        boolean optional = f.flag("isOptional");
        String description = f.text("description");
        JsonNode given = f.any("defaultValue");
        JsonNode standard = given == null ? null : Values.canonical(given);
        var literals = new ArrayList<JsonNode>();
        if (f.any("literals") instanceof ArrayNode all) {
            all.forEach(l -> literals.add(Values.canonical(l)));
        } else if (f.has("literals")) {
            f.fault("literals", SpecFault.WrongKind, "a list of allowed values was expected");
        }
        f.ignore("isArtifactList");
        f.done();
        if (type == null) {
            return null;
        }
        if (standard != null && type != ParameterType.STRING && !Types.fits(type, standard)) {
            f.fault(
                    "defaultValue",
                    SpecFault.TypeMismatch,
                    Types.wanted(type) + " was expected because the type is " + type + ", found "
                            + Fields.kind(standard));
        }
        if (standard != null && !literals.isEmpty() && !literals.contains(standard)) {
            f.fault(
                    "defaultValue",
                    SpecFault.BadValue,
                    "the default must be one of the literals, found " + Fields.kind(standard));
        }
        return new ParameterDefinition(name, type, standard, optional, description, literals);
    }

    /// The deprecated field `type` of schema 2.0.
    private static @Nullable ParameterType primitive(Fields f) {
        return switch (f.text("type")) {
            case "STRING" -> ParameterType.STRING;
            case "INT" -> ParameterType.NUMBER_INTEGER;
            case "DOUBLE" -> ParameterType.NUMBER_DOUBLE;
            default -> {
                f.fault(
                        "parameterType",
                        SpecFault.Missing,
                        "one of " + List.of(ParameterType.values()) + " was expected, found nothing");
                yield null;
            }
        };
    }

    private static @Nullable ArtifactDefinition artifact(Fields f) {
        String name = name(f);
        Fields type = f.object("artifactType");
        var definition = new ArtifactDefinition(
                name,
                title(type),
                type.text("schemaVersion"),
                f.flag("isArtifactList"),
                f.flag("isOptional"),
                f.text("description"));
        type.done();
        f.ignore("properties", "customProperties", "metadata");
        f.done();
        return definition;
    }

    /// The title of a type; an inline schema carries it inside, and what has none is a plain artifact.
    static String title(Fields type) {
        String title = type.text("schemaTitle");
        String uri = type.text("schemaUri");
        String inline = type.text("instanceSchema");
        if (!title.isEmpty()) {
            return title;
        }
        if (!uri.isEmpty()) {
            return uri;
        }
        for (String line : inline.split("\n", 50)) {
            if (line.strip().startsWith("title:")) {
                return line.strip().substring("title:".length()).strip();
            }
        }
        return "system.Artifact";
    }

    private static String name(Fields f) {
        String path = f.path();
        String name = path.substring(path.lastIndexOf('[') + 1, path.length() - 1);
        if (name.isEmpty()
                || name.length() > LONGEST_NAME
                || name.indexOf('/') >= 0
                || name.chars().anyMatch(c -> c < ' ')) {
            f.fault(
                    "",
                    SpecFault.BadValue,
                    "a name has 1 to " + LONGEST_NAME + " characters without / and control characters");
        }
        return name;
    }
}
