package io.kumiki.kube.kinds;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.kube.schema.Faults;
import io.kumiki.kube.schema.FieldPath;
import io.kumiki.model.Violation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What the versions of a definition may say.
final class VersionRules {
    private static final List<String> COLUMN_TYPES = List.of("boolean", "date", "integer", "number", "string");
    private static final List<String> COLUMN_FORMATS =
            List.of("byte", "date", "date-time", "double", "float", "int32", "int64", "password");
    private static final Set<String> SELECTABLE = Set.of("string", "boolean", "integer");
    private static final int MOST_SELECTABLE = 8;

    private final SchemaVerdicts verdicts = new SchemaVerdicts();

    /// Judges the schemas, so that [#check] finds it done.
    void foresee(JsonNode spec, JsonNode old) {
        schemas(spec, old, new ArrayList<>());
    }

    private void schemas(JsonNode spec, JsonNode old, List<Violation> violations) {
        for (Place each : places(spec.path("versions"), "schema", "validation")) {
            schema(each, schemaOf(old, each.version.path("name").asText()), violations);
        }
    }

    /// @param old the spec before the update: a schema that did not change is not judged again
    void check(JsonNode spec, JsonNode old, List<Violation> violations) {
        JsonNode versions = spec.path("versions");
        for (int i = 0; i < versions.size(); i++) {
            deprecation(versions.get(i), "spec.versions[" + i + "].deprecationWarning", violations);
        }
        schemas(spec, old, violations);
        for (Place each : places(versions, "subresources", "subresources")) {
            scale(each.version.path("subresources").path("scale"), each.path + ".scale", violations);
        }
        for (Place each : places(versions, "additionalPrinterColumns", "additionalPrinterColumns")) {
            columns(each.version.path("additionalPrinterColumns"), each.path, violations);
        }
        for (Place each : places(versions, "selectableFields", "selectableFields")) {
            JsonNode schema = each.version.path("schema").path("openAPIV3Schema");
            selectable(each.version.path("selectableFields"), schema, each.path, violations);
        }
    }

    /// Where something is judged, and how violations spell that place.
    private record Place(JsonNode version, String path) {}

    /// What all versions say alike is judged once, as if the whole definition said it.
    private static List<Place> places(JsonNode versions, String field, String shared) {
        List<Place> places = new ArrayList<>();
        boolean alike = !versions.isEmpty() && versions.get(0).has(field);
        for (int i = 0; i < versions.size(); i++) {
            alike &= versions.get(0).path(field).equals(versions.get(i).path(field));
            places.add(new Place(versions.get(i), "spec.versions[" + i + "]." + field));
        }
        return alike ? List.of(new Place(versions.get(0), "spec." + shared)) : places;
    }

    private static JsonNode schemaOf(JsonNode spec, String version) {
        for (JsonNode each : spec.path("versions")) {
            if (each.path("name").asText().equals(version)) {
                return each.path("schema").path("openAPIV3Schema");
            }
        }
        return spec.path("");
    }

    private void schema(Place place, JsonNode before, List<Violation> violations) {
        JsonNode schema = place.version.path("schema").path("openAPIV3Schema");
        String at = place.path + ".openAPIV3Schema";
        if (!schema.isObject()) {
            violations.add(Faults.required(at, ""));
        } else if (!schema.equals(before)) {
            boolean status = place.version.path("subresources").has("status");
            violations.addAll(verdicts.of(schema, status, at));
        }
    }

    private static void deprecation(JsonNode version, String at, List<Violation> violations) {
        if (!version.hasNonNull("deprecationWarning")) {
            return;
        }
        String warning = version.get("deprecationWarning").asText();
        if (!version.path("deprecated").asBoolean()) {
            violations.add(Faults.invalid(at, warning, "can only be set for deprecated versions"));
            return;
        }
        if (warning.length() > 256) {
            violations.add(Faults.invalid(at, warning, "must be <= 256 characters long"));
        }
        if (warning.isEmpty()) {
            violations.add(Faults.invalid(at, warning, "must not be an empty string"));
        }
        for (int i = 0; i < warning.length(); i++) {
            if (Character.isISOControl(warning.charAt(i))) {
                violations.add(Faults.invalid(
                        at,
                        warning,
                        "must only contain printable UTF-8 characters; non-printable character found at index " + i));
                return;
            }
        }
    }

    private static void scale(JsonNode scale, String path, List<Violation> violations) {
        if (scale.isObject()) {
            below(scale, path, "specReplicasPath", List.of(".spec."), violations);
            below(scale, path, "statusReplicasPath", List.of(".status."), violations);
            below(scale, path, "labelSelectorPath", List.of(".spec.", ".status."), violations);
        }
    }

    private static void below(
            JsonNode scale, String path, String field, List<String> roots, List<Violation> violations) {
        String given = scale.path(field).asText("");
        String at = path + "." + field;
        if (given.isEmpty()) {
            if (roots.size() == 1) {
                violations.add(Faults.required(at, ""));
            }
        } else if (!given.startsWith(".")) {
            violations.add(Faults.invalid(at, given, "must be a simple json path starting with ."));
        } else if (roots.stream().noneMatch(given::startsWith)) {
            String root = roots.getFirst();
            String where = roots.size() == 1
                    ? "under " + root.substring(0, root.length() - 1)
                    : "under either .spec or .status";
            violations.add(Faults.invalid(at, given, "should be a json path " + where));
        }
    }

    private static void columns(JsonNode columns, String path, List<Violation> violations) {
        for (int i = 0; i < columns.size(); i++) {
            JsonNode column = columns.get(i);
            String at = path + "[" + i + "]";
            if (column.path("name").asText("").isEmpty()) {
                violations.add(Faults.required(at + ".name", ""));
            }
            String type = column.path("type").asText("");
            String types = "must be one of " + String.join(",", COLUMN_TYPES);
            if (type.isEmpty()) {
                violations.add(Faults.required(at + ".type", types));
            } else if (!COLUMN_TYPES.contains(type)) {
                violations.add(Faults.invalid(at + ".type", type, types));
            }
            String format = column.path("format").asText("");
            if (!format.isEmpty() && !COLUMN_FORMATS.contains(format)) {
                violations.add(
                        Faults.invalid(at + ".format", format, "must be one of " + String.join(",", COLUMN_FORMATS)));
            }
            String jsonPath = column.path("jsonPath").asText("");
            if (jsonPath.isEmpty()) {
                violations.add(Faults.required(at + ".JSONPath", ""));
            } else if (!jsonPath.startsWith(".")) {
                violations.add(
                        Faults.invalid(at + ".JSONPath", jsonPath, "must be a simple json path starting with ."));
            }
        }
    }

    private static void selectable(JsonNode fields, JsonNode schema, String path, List<Violation> violations) {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < fields.size(); i++) {
            String at = path + "[" + i + "].jsonPath";
            String given = fields.get(i).path("jsonPath").asText("");
            if (given.isEmpty()) {
                violations.add(Faults.required(at, ""));
                continue;
            }
            FieldPath found = FieldPath.parse(given, schema, false);
            if (!found.problem().isEmpty()) {
                violations.add(Faults.invalid(at, given, "is an invalid path: " + found.problem()));
                continue;
            }
            if (found.path().equals("metadata") || found.path().startsWith("metadata.")) {
                violations.add(Faults.invalid(at, given, "must not point to fields in metadata"));
            }
            if (!SELECTABLE.contains(found.schema().path("type").asText(""))) {
                violations.add(Faults.invalid(
                        at,
                        given,
                        "must point to a field of type string, boolean or integer. Enum string fields and strings with"
                                + " formats are allowed."));
            }
            if (!seen.add(found.path())) {
                violations.add(Faults.duplicate(at, fields.get(i).get("jsonPath")));
            }
        }
        if (seen.size() > MOST_SELECTABLE) {
            violations.add(Faults.tooMany(path, seen.size(), MOST_SELECTABLE));
        }
    }
}
