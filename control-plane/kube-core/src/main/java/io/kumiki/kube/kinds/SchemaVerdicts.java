package io.kumiki.kube.kinds;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.kube.cel.DefinitionExpressions;
import io.kumiki.kube.schema.CustomSchemas;
import io.kumiki.kube.schema.Schema;
import io.kumiki.kube.schema.SchemaRules;
import io.kumiki.model.Violation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What is wrong with the schemas of definitions. Finding out takes long (rules are compiled), so what was found out
/// is kept for a while: it is done before the cluster's lock is taken and looked up under it. Any thread.
final class SchemaVerdicts {
    private static final int MOST = 32;

    private record Asked(JsonNode schema, boolean status, String path) {}

    private final Map<Asked, List<Violation>> known = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Asked, List<Violation>> eldest) {
            return size() > MOST;
        }
    };

    /// @param status whether the version has a status of its own
    /// @param path of the schema in its definition
    List<Violation> of(JsonNode schema, boolean status, String path) {
        synchronized (known) {
            List<Violation> found = known.get(new Asked(schema, status, path));
            if (found != null) {
                return found;
            }
        }
        List<Violation> found = new ArrayList<>(SchemaRules.check(schema, status, path));
        Schema type = CustomSchemas.read(schema, false);
        if (found.isEmpty() && type.hasRules()) {
            DefinitionExpressions.check(type, path, found);
        }
        synchronized (known) {
            // Its own copy: whoever asked may go on and change theirs.
            known.put(new Asked(schema.deepCopy(), status, path), List.copyOf(found));
        }
        return found;
    }
}
