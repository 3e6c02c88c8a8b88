package io.kumiki.kube.controllers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.Deletion;
import io.kumiki.kube.ResourceType;
import org.jspecify.annotations.Nullable;

/// One step of a plan. A target that is gone or changed meanwhile makes it void: the change wakes the decision again.
public sealed interface Action {
    /// A name that exists already fails the plan unless the object is the owner's own.
    record Create(
            ResourceType type,
            String namespace,
            ObjectNode object,
            @Nullable Story story) implements Action {}

    /// A merge patch on the object with this uid.
    ///
    /// @param part empty for the object, `status` for its status
    record Change(
            ResourceType type,
            ObjectNode target,
            String part,
            JsonNode merge,
            @Nullable Story story) implements Action {}

    /// @param how carries the uid of the object meant
    record Delete(
            ResourceType type,
            String namespace,
            String name,
            Deletion how,
            @Nullable Story story) implements Action {}

    /// An event about an object, by itself.
    record Tell(Story story) implements Action {}

    /// What is told as an event when a step succeeded or failed; `%s` stands for the name of its target, in a failure
    /// for the error.
    ///
    /// @param about whose `describe` shows it
    /// @param failure empty reason: failures are not told
    record Story(ObjectNode about, String component, String type, String reason, String message, Failure failure) {
        public record Failure(String reason, String message) {
            static final Failure UNTOLD = new Failure("", "");
        }

        public static Story normal(ObjectNode about, String component, String reason, String message) {
            return new Story(about, component, "Normal", reason, message, Failure.UNTOLD);
        }

        public static Story warning(ObjectNode about, String component, String reason, String message) {
            return new Story(about, component, "Warning", reason, message, Failure.UNTOLD);
        }

        public Story orWarn(String failed, String because) {
            return new Story(about, component, type, reason, message, new Failure(failed, because));
        }
    }
}
