package io.kumiki.kube.cel;

import dev.cel.bundle.Cel;
import dev.cel.common.types.CelType;
import io.kumiki.kube.schema.Schema;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The rules of a type and of what is inside it. Only parts that have rules have nodes.
///
/// @param root whether it is an object with a kind and metadata
/// @param typed false when the rules stand at something that the language has no type for
record RuleTree(
        Schema schema,
        boolean root,
        boolean typed,
        List<Rule> rules,
        Map<String, RuleTree> properties,
        @Nullable RuleTree items,
        @Nullable RuleTree additional) {

    static RuleTree compile(Schema root) {
        return compile(root, true, new Types());
    }

    private static RuleTree compile(Schema schema, boolean root, Types types) {
        List<Rule> rules = new ArrayList<>();
        boolean typed = true;
        if (schema.rules() != null) {
            CelType self = types.of(schema, root);
            typed = self != null;
            if (self != null) {
                Map<Boolean, Cel> dialects = new HashMap<>();
                schema.rules().forEach(rule -> {
                    boolean optional = rule.path("optionalOldSelf").asBoolean();
                    Cel cel = dialects.computeIfAbsent(optional, is -> Dialect.of(self, is, types));
                    rules.add(Rule.compile(rule, cel));
                });
            }
        }
        Map<String, RuleTree> properties = new LinkedHashMap<>();
        schema.properties().forEach((name, property) -> {
            if (property.name().isEmpty() && property.hasRules()) {
                properties.put(name, compile(property, property.embedded(), types));
            }
        });
        return new RuleTree(
                schema,
                root,
                typed,
                rules,
                properties,
                below(schema.items(), types),
                below(schema.additional(), types));
    }

    private static @Nullable RuleTree below(@Nullable Schema schema, Types types) {
        return schema == null || !schema.hasRules() ? null : compile(schema, schema.embedded(), types);
    }
}
