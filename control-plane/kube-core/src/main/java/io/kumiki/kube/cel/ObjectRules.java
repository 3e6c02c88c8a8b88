package io.kumiki.kube.cel;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.kube.schema.Correlation;
import io.kumiki.kube.schema.Schema;
import io.kumiki.model.Violation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A definition's rules, ready to judge objects.
public final class ObjectRules {
    private final RuleTree tree;

    private ObjectRules(RuleTree tree) {
        this.tree = tree;
    }

    public static ObjectRules compile(Schema schema) {
        return new ObjectRules(RuleTree.compile(schema));
    }

    /// @param old `null` for a new object
    /// @param correlation of both; what did not change is not judged again, except by rules that compare with it
    public List<Violation> check(JsonNode object, @Nullable JsonNode old, @Nullable Correlation correlation) {
        Judging judging = new Judging();
        judging.value(tree, object, old, "", Judging.Past.of(correlation));
        return judging.violations();
    }
}
