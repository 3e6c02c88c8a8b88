package io.kumiki.kube;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A refusal as Kubernetes words it: becomes a `Status` document.
public final class ApiFault extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int code;
    private final String reason;
    private final transient @Nullable ObjectNode details;

    private ApiFault(int code, String reason, String message, @Nullable ObjectNode details) {
        super(message, null, false, false);
        this.code = code;
        this.reason = reason;
        this.details = details;
    }

    public int code() {
        return code;
    }

    public String reason() {
        return reason;
    }

    public static ApiFault of(int code, String reason, String message) {
        return new ApiFault(code, reason, message, null);
    }

    public static ApiFault badRequest(String message) {
        return of(400, "BadRequest", message);
    }

    public static ApiFault notFound(String storage, String name) {
        return new ApiFault(404, "NotFound", storage + " \"" + name + "\" not found", details(storage, name));
    }

    /// A resource that is not served.
    public static ApiFault noSuchPath() {
        return new ApiFault(404, "NotFound", "the server could not find the requested resource", Json.object());
    }

    /// What Kubernetes itself answers for some mistakes of the client, without a reason.
    public static ApiFault unexplained(String message) {
        return of(500, "", message);
    }

    /// Query parameters or a body that say how, and say it wrongly.
    ///
    /// @param options `CreateOptions`, `ListOptions`, …
    public static ApiFault invalidOptions(String options, List<Violation> violations) {
        return invalid("meta.k8s.io", options, "", violations);
    }

    /// Something that the server met while it did what was asked.
    public static ApiFault internal(String why) {
        ObjectNode details = Json.object();
        details.putArray("causes").addObject().put("message", why);
        return new ApiFault(500, "InternalError", "Internal error occurred: " + why, details);
    }

    public static ApiFault alreadyExists(String storage, String name) {
        return new ApiFault(409, "AlreadyExists", storage + " \"" + name + "\" already exists", details(storage, name));
    }

    /// A patch that cannot be carried out on what is there.
    public static ApiFault unprocessable(String why) {
        return new ApiFault(
                422,
                "Invalid",
                "the server rejected our request due to an error in our request: " + why,
                Json.object());
    }

    public static ApiFault unsupportedMedia(String why) {
        return new ApiFault(415, "UnsupportedMediaType", why, Json.object());
    }

    public static ApiFault notAcceptable(String why) {
        return new ApiFault(406, "NotAcceptable", why, Json.object());
    }

    public static ApiFault conflict(String storage, String name, String why) {
        return new ApiFault(
                409,
                "Conflict",
                "Operation cannot be fulfilled on " + storage + " \"" + name + "\": " + why,
                details(storage, name));
    }

    public static ApiFault forbidden(String storage, String name, String why) {
        String subject = name.isEmpty() ? storage : storage + " \"" + name + "\"";
        return new ApiFault(403, "Forbidden", subject + " is forbidden: " + why, details(storage, name));
    }

    /// A namespace that ends takes nothing new.
    public static ApiFault ending(String storage, String name, String namespace) {
        ObjectNode details = details(storage, name);
        details.putArray("causes")
                .addObject()
                .put("reason", "NamespaceTerminating")
                .put("message", "namespace " + namespace + " is being terminated")
                .put("field", "metadata.namespace");
        return new ApiFault(
                403,
                "Forbidden",
                storage + " \"" + name + "\" is forbidden: unable to create new content in namespace " + namespace
                        + " because it is being terminated",
                details);
    }

    /// A revision that was never given, or by another server; a client may ask again.
    public static ApiFault tooNew(long wanted, long current) {
        ObjectNode details = Json.object();
        details.putArray("causes")
                .addObject()
                .put("reason", "ResourceVersionTooLarge")
                .put("message", "Too large resource version");
        details.put("retryAfterSeconds", 1);
        return new ApiFault(
                504, "Timeout", "Timeout: Too large resource version: " + wanted + ", current: " + current, details);
    }

    public static ApiFault gone(String message) {
        return of(410, "Expired", message);
    }

    public static ApiFault methodNotAllowed() {
        return new ApiFault(
                405,
                "MethodNotAllowed",
                "the server does not allow this method on the requested resource",
                Json.object());
    }

    /// Everything that is wrong with an object, at once.
    public static ApiFault invalid(String group, String kind, String name, List<Violation> violations) {
        StringBuilder text = new StringBuilder();
        ObjectNode details = Json.object();
        if (!name.isEmpty()) {
            details.put("name", name);
        }
        if (!group.isEmpty()) {
            details.put("group", group);
        }
        details.put("kind", kind);
        var causes = details.putArray("causes");
        for (Violation violation : violations) {
            text.append(text.isEmpty() ? "" : ", ")
                    .append(violation.path())
                    .append(": ")
                    .append(violation.message());
            causes.addObject()
                    .put("reason", violation.reason())
                    .put("message", violation.message())
                    .put("field", violation.path());
        }
        String all = violations.size() == 1 ? text.toString() : "[" + text + "]";
        String qualified = group.isEmpty() ? kind : kind + "." + group;
        return new ApiFault(422, "Invalid", qualified + " \"" + name + "\" is invalid: " + all, details);
    }

    /// @param cause why, as one cause of the details; `null` for none
    public static ApiFault tooManyRequests(String message, @Nullable Violation cause) {
        ObjectNode details = Json.object();
        if (cause != null) {
            details.putArray("causes").addObject().put("reason", cause.reason()).put("message", cause.message());
        }
        return new ApiFault(429, "TooManyRequests", message, details);
    }

    /// @param causes one per field that somebody else owns
    public static ApiFault applyConflict(String message, List<Violation> causes) {
        ObjectNode details = Json.object();
        var list = details.putArray("causes");
        for (Violation cause : causes) {
            list.addObject()
                    .put("reason", "FieldManagerConflict")
                    .put("message", cause.message())
                    .put("field", cause.path());
        }
        return new ApiFault(409, "Conflict", message, details);
    }

    /// With an expired page token: where a client that accepts inconsistency may go on.
    public ApiFault continueAt(String token) {
        ObjectNode marked = Json.object();
        marked.put("continue", token);
        return new ApiFault(code, reason, text(), marked);
    }

    private String text() {
        return String.valueOf(getMessage());
    }

    public ObjectNode status() {
        ObjectNode status = Json.object();
        status.put("kind", "Status").put("apiVersion", "v1");
        ObjectNode metadata = status.putObject("metadata");
        status.put("status", "Failure").put("message", getMessage());
        if (!reason.isEmpty()) {
            status.put("reason", reason);
        }
        if (details != null && details.has("continue")) {
            metadata.set("continue", details.get("continue"));
        } else if (details != null) {
            status.set("details", details);
        }
        return status.put("code", code);
    }

    private static ObjectNode details(String storage, String name) {
        ObjectNode details = Json.object();
        if (!name.isEmpty()) {
            details.put("name", name);
        }
        int dot = storage.indexOf('.');
        if (dot > 0) {
            details.put("group", storage.substring(dot + 1));
        }
        return details.put("kind", dot > 0 ? storage.substring(0, dot) : storage);
    }
}
