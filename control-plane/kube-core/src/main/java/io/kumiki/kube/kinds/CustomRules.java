package io.kumiki.kube.kinds;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.cel.ObjectRules;
import io.kumiki.kube.schema.Correlation;
import io.kumiki.kube.schema.EmbeddedResources;
import io.kumiki.kube.schema.Faults;
import io.kumiki.kube.schema.Schema;
import io.kumiki.kube.schema.UniqueItems;
import io.kumiki.kube.schema.Validation;
import io.kumiki.model.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a definition demands of its objects. What an update leaves as it was may stay wrong, so that a definition may
/// become stricter without locking up what is there.
final class CustomRules implements KindRules {
    private static final Set<String> BLOCKING = Set.of(
            "FieldValueNotSupported",
            "FieldValueRequired",
            "FieldValueTooLong",
            "FieldValueTooMany",
            "FieldValueTypeInvalid");

    private final Schema schema;
    private final @Nullable ScalePaths scale;
    private final String deprecation;
    private final String listKind;
    private final String storageVersion;
    private final boolean ruled;
    private volatile @Nullable ObjectRules rules;

    CustomRules(Schema schema, @Nullable ScalePaths scale, String deprecation, String listKind, String storageVersion) {
        this.storageVersion = storageVersion;
        this.listKind = listKind;
        this.schema = schema;
        this.scale = scale;
        this.deprecation = deprecation;
        this.ruled = schema.hasRules();
    }

    @Override
    public String listKind(String kind) {
        return listKind.isEmpty() ? kind + "List" : listKind;
    }

    @Override
    public String storageVersion(String served) {
        return storageVersion;
    }

    @Override
    public String deprecation() {
        return deprecation;
    }

    @Override
    public boolean slow() {
        return ruled && rules == null;
    }

    @Override
    public void foresee(ObjectNode object, @Nullable ObjectNode old) {
        if (ruled) {
            compiled();
        }
    }

    @Override
    public void validate(ObjectNode object, @Nullable ObjectNode old, List<Violation> violations) {
        Correlation correlation = old == null ? null : new Correlation(object, old, schema);
        List<Violation> found = new ArrayList<>(Validation.check(object, schema, correlation));
        scale(object, found);
        EmbeddedResources.check(object, schema, "", found);
        List<Violation> before = new ArrayList<>();
        if (old != null) {
            UniqueItems.check(old, schema, "", before);
        }
        if (before.isEmpty()) {
            UniqueItems.check(object, schema, "", found);
        }
        if (ruled) {
            if (found.stream().anyMatch(each -> BLOCKING.contains(each.reason()))) {
                found.add(Faults.invalid(
                        "<nil>",
                        NullNode.getInstance(),
                        "some validation rules were not checked because the object was invalid; correct the existing"
                                + " errors to complete validation"));
            } else {
                found.addAll(compiled().check(object, old, correlation));
            }
        }
        violations.addAll(found);
    }

    /// Compiled when the first object comes: most definitions see none in the life of a process.
    private ObjectRules compiled() {
        ObjectRules known = rules;
        return known == null ? compile() : known;
    }

    private synchronized ObjectRules compile() {
        ObjectRules known = rules;
        if (known == null) {
            known = ObjectRules.compile(schema);
            rules = known;
        }
        return known;
    }

    private void scale(ObjectNode object, List<Violation> found) {
        if (scale != null) {
            count(scale.wanted(object), scale.replicas(), found);
            count(scale.found(object), scale.statusReplicas(), found);
        }
    }

    private static void count(JsonNode value, String path, List<Violation> found) {
        if (value.isIntegralNumber() && value.asLong() < 0) {
            found.add(Faults.invalid("." + path, value, "should be a non-negative integer"));
        } else if (value.isIntegralNumber() && value.asLong() > Integer.MAX_VALUE) {
            found.add(Faults.invalid("." + path, value, "should be less than or equal to " + Integer.MAX_VALUE));
        }
    }
}
