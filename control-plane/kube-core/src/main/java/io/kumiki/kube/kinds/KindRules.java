package io.kumiki.kube.kinds;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Violation;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What one kind adds to the path between request and store.
public interface KindRules {
    KindRules NONE = new KindRules() {};

    /// Fills in what the user left out. Runs before validation on every write of the main resource.
    default void complete(ObjectNode object, @Nullable ObjectNode old) {}

    /// Adds to a new object what its writer does not own.
    default void admitted(ObjectNode object) {}

    /// Adds what is wrong. `old` is `null` on create.
    default void validate(ObjectNode object, @Nullable ObjectNode old, List<Violation> violations) {}

    /// The long part of judging an object, done before the cluster's lock is taken; [#validate] finds it done.
    default void foresee(ObjectNode object, @Nullable ObjectNode old) {}

    /// Whether updates are to be foreseen too, though another write may come between and all is done again.
    default boolean slow() {
        return false;
    }

    /// Tells the client what it should know though the write succeeds.
    default void warn(ObjectNode object, Consumer<String> warnings) {}

    /// What a list of them is called.
    default String listKind(String kind) {
        return kind + "List";
    }

    /// What every answer warns of; empty for nothing.
    default String deprecation() {
        return "";
    }

    /// In which version objects are stored; empty when that one is not served.
    default String storageVersion(String served) {
        return served;
    }

    /// Whether what an object owns is left alone when it is deleted and nobody says what shall become of it.
    default boolean orphans() {
        return false;
    }

    /// What a create sets in status, whatever the user sent.
    default void initialStatus(ObjectNode object) {
        object.remove("status");
    }
}
