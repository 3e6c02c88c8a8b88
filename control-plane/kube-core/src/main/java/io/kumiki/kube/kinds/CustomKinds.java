package io.kumiki.kube.kinds;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.kube.ResourceType;
import io.kumiki.kube.schema.CustomSchemas;
import io.kumiki.kube.schema.Schema;
import io.kumiki.kube.table.Column;
import io.kumiki.kube.table.CustomColumns;
import java.util.ArrayList;
import java.util.List;

/// The kinds that a CustomResourceDefinition defines: one for each version it serves.
public final class CustomKinds {
    private CustomKinds() {}

    /// @param definition as stored, so already checked; none while its names are somebody else's
    public static List<Kind> of(JsonNode definition) {
        JsonNode spec = definition.path("spec");
        JsonNode accepted = definition.path("status").path("acceptedNames");
        List<Kind> kinds = new ArrayList<>();
        for (JsonNode version : spec.path("versions")) {
            if (version.path("served").asBoolean() && DefinitionStatus.is(definition, "Established")) {
                kinds.add(kind(spec, accepted, version));
            }
        }
        return kinds;
    }

    private static Kind kind(JsonNode spec, JsonNode names, JsonNode version) {
        Schema schema = CustomSchemas.read(
                version.path("schema").path("openAPIV3Schema"),
                spec.path("preserveUnknownFields").asBoolean());
        ResourceType type = new ResourceType(
                spec.path("group").asText(),
                version.path("name").asText(),
                names.path("plural").asText());
        JsonNode scale = version.path("subresources").path("scale");
        ScalePaths paths = scale.isObject()
                ? new ScalePaths(
                        path(scale.path("specReplicasPath")),
                        path(scale.path("statusReplicasPath")),
                        path(scale.path("labelSelectorPath")))
                : null;
        List<Column> columns = columns(version);
        Kind kind = Kind.of(
                        type,
                        names.path("kind").asText(),
                        spec.path("scope").asText().equals("Namespaced"),
                        () -> schema)
                .singularName(names.path("singular").asText())
                .shortNames(texts(names.path("shortNames")))
                .categories(texts(names.path("categories")))
                .columns(() -> columns)
                .rules(new CustomRules(
                        schema,
                        paths,
                        deprecation(type, names, version, spec),
                        names.path("listKind").asText(""),
                        storageVersion(spec)))
                .withGeneration();
        if (version.path("subresources").has("status")) {
            kind = kind.withStatus();
        }
        if (paths != null) {
            kind = kind.scale(paths);
        }
        List<String> fields = new ArrayList<>();
        version.path("selectableFields").forEach(field -> fields.add(path(field.path("jsonPath"))));
        return fields.isEmpty() ? kind : kind.selectable(fields.toArray(new String[0]));
    }

    private static String storageVersion(JsonNode spec) {
        for (JsonNode version : spec.path("versions")) {
            if (version.path("storage").asBoolean() && version.path("served").asBoolean()) {
                return version.path("name").asText();
            }
        }
        return "";
    }

    private static String deprecation(ResourceType type, JsonNode names, JsonNode version, JsonNode spec) {
        if (!version.path("deprecated").asBoolean()) {
            return "";
        }
        String said = version.path("deprecationWarning").asText("");
        if (!said.isEmpty()) {
            return said;
        }
        String kind = names.path("kind").asText();
        String newer = newest(spec);
        boolean better = !newer.isEmpty() && ApiVersions.NEWEST_FIRST.compare(newer, type.version()) < 0;
        return type.apiVersion() + " " + kind + " is deprecated"
                + (better ? "; use " + type.group() + "/" + newer + " " + kind : "");
    }

    /// The best version that is served and not deprecated; empty for none.
    private static String newest(JsonNode spec) {
        List<String> all = new ArrayList<>();
        for (JsonNode version : spec.path("versions")) {
            if (version.path("served").asBoolean()
                    && !version.path("deprecated").asBoolean()) {
                all.add(version.path("name").asText());
            }
        }
        all.sort(ApiVersions.NEWEST_FIRST);
        return all.isEmpty() ? "" : all.getFirst();
    }

    private static String path(JsonNode jsonPath) {
        return jsonPath.asText("").replaceFirst("^\\.", "");
    }

    private static List<Column> columns(JsonNode version) {
        JsonNode given = version.path("additionalPrinterColumns");
        return given.isEmpty() ? Column.NAME_AND_AGE : CustomColumns.of(given);
    }

    private static String[] texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(each -> texts.add(each.asText()));
        return texts.toArray(new String[0]);
    }
}
