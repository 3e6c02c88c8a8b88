package io.kumiki.kube.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.kube.schema.Schema;
import io.kumiki.model.Json;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// Which manager set which fields, kept in metadata.managedFields: whoever writes a field by create or update owns
/// it from then on.
public final class Ownership {
    private Ownership() {}

    public static void created(Kind kind, ObjectNode object, String manager, Instant now) {
        Managers managers = new Managers();
        managers.add(new Managers.Entry(
                manager, Managers.UPDATE, kind.type().apiVersion(), "", time(now), whole(kind, object)));
        write(object, managers);
    }

    /// Everything that somebody wrote who made the object as it is.
    static FieldSet whole(Kind kind, ObjectNode object) {
        return Fields.between(
                        Json.object(),
                        Fields.ownable(object, kind, ""),
                        kind.schema().get())
                .changed();
    }

    /// After everything else has been done to the object.
    public static void updated(Kind kind, ObjectNode object, ObjectNode old, String manager, String part, Instant now) {
        JsonNode given = object.path("metadata").path("managedFields");
        JsonNode before = old.path("metadata").path("managedFields");
        boolean reset = given.size() == 1 && given.get(0).isEmpty();
        String version = kind.type().apiVersion();
        Schema schema = kind.schema().get();
        var difference = Fields.between(Fields.ownable(old, kind, part), Fields.ownable(object, kind, part), schema);
        // Where nobody's fields are kept nobody begins to, until somebody applies.
        boolean kept = (!before.isEmpty() || reset) && !part.equals("binding");
        boolean same = difference.changed().isEmpty() && difference.removed().isEmpty() && !reset;
        if (!kept || same) {
            restore(object, before);
            return;
        }
        boolean owned = !(part.equals("scale") && noReplicas(kind, object));
        Managers managers =
                Managers.parse(reset ? com.fasterxml.jackson.databind.node.MissingNode.getInstance() : before);
        for (Managers.Entry entry : managers.entries()) {
            entry.fields.removeTree(difference.removed());
            if (!owned || !entry.updates(manager, part, version)) {
                entry.fields.removeAll(difference.changed());
            }
        }
        if (!difference.changed().isEmpty() && owned) {
            Managers.Entry own = managers.updater(manager, part, version);
            if (own == null) {
                own = new Managers.Entry(manager, Managers.UPDATE, kind.type().apiVersion(), part, "", new FieldSet());
                managers.add(own);
            }
            // As Kubernetes: when somebody scaled is not told.
            own.time = part.equals("scale") ? "" : time(now);
            own.fields.addAll(difference.changed());
        }
        write(object, managers);
    }

    /// A scale to zero says nothing in Kubernetes' own type, so nobody owns it.
    private static boolean noReplicas(Kind kind, ObjectNode object) {
        return kind.scale() != null && kind.scale().wanted(object).asInt() == 0;
    }

    static void write(ObjectNode object, Managers managers) {
        ArrayNode json = managers.json();
        restore(object, json);
    }

    private static void restore(ObjectNode object, JsonNode managedFields) {
        ObjectNode metadata = (ObjectNode) object.get("metadata");
        if (managedFields.isEmpty()) {
            metadata.remove("managedFields");
        } else {
            metadata.set("managedFields", managedFields);
        }
    }

    static String time(Instant now) {
        return now.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
