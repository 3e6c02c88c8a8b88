package io.kumiki.kube.rest;

import io.kumiki.kube.ApiFault;
import io.kumiki.kube.ApiRequest;
import io.kumiki.kube.WriteOptions;
import io.kumiki.kube.admission.Names;
import io.kumiki.model.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The query parameters that say how a list, a watch or a write is wanted; everything that is wrong with them at once.
final class Wishes {
    private static final int MANAGER_BYTES = 128;

    private Wishes() {}

    /// Which revision a list or a watch is to be of.
    ///
    /// @param revision that was given, 0 for none and for any
    /// @param exactly whether it must be that one
    /// @param initial whether a watch begins with what is there, ended by a bookmark
    /// @param silent whether a watch begins with what comes next though no revision was given
    record Age(long revision, boolean exactly, boolean initial, boolean silent) {}

    static Age age(ApiRequest request, boolean watch) {
        String revision = text(request, "resourceVersion");
        String match = text(request, "resourceVersionMatch");
        boolean initial = request.query("sendInitialEvents") != null;
        List<Violation> wrong = new ArrayList<>();
        if (!match.isEmpty()) {
            match(request, watch, revision, match, wrong);
        }
        if (initial && !watch) {
            wrong.add(Names.forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"));
        } else if (initial && !match.equals("NotOlderThan")) {
            wrong.add(Names.forbidden(
                    "resourceVersionMatch", "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
            if (!match.isEmpty()) {
                wrong.add(Names.unsupported("resourceVersionMatch", match, List.of("NotOlderThan")));
            }
        }
        refuse("ListOptions", wrong);
        boolean wanted = initial && request.flag("sendInitialEvents");
        // A first page of a revision is of that revision, or its next pages could not be.
        boolean page = !watch && match.isEmpty() && request.query("limit") != null && !revision.isEmpty();
        return new Age(number(revision), match.equals("Exact") || page, wanted, initial && !wanted);
    }

    private static void match(ApiRequest request, boolean watch, String revision, String match, List<Violation> wrong) {
        if (watch && request.query("sendInitialEvents") == null) {
            wrong.add(Names.forbidden(
                    "resourceVersionMatch",
                    "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"));
        }
        if (!watch && revision.isEmpty()) {
            wrong.add(Names.forbidden(
                    "resourceVersionMatch", "resourceVersionMatch is forbidden unless resourceVersion is provided"));
        }
        if (!text(request, "continue").isEmpty()) {
            wrong.add(Names.forbidden(
                    "resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided"));
        }
        if (!Set.of("Exact", "NotOlderThan").contains(match)) {
            wrong.add(Names.unsupported("resourceVersionMatch", match, List.of("Exact", "NotOlderThan", "")));
        } else if (match.equals("Exact") && revision.equals("0")) {
            wrong.add(Names.forbidden(
                    "resourceVersionMatch", "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\""));
        }
    }

    private static long number(String revision) {
        if (revision.isEmpty()) {
            return 0;
        }
        try {
            long number = Long.parseLong(revision);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw wrongRevision(revision);
        }
        throw wrongRevision(revision);
    }

    private static ApiFault wrongRevision(String revision) {
        return ApiFault.badRequest("invalid resource version: resourceVersion: Invalid value: \"" + revision
                + "\": strconv.ParseUint: parsing \"" + revision + "\": invalid syntax");
    }

    /// @param kind of the options: `CreateOptions`, `UpdateOptions`, `PatchOptions`
    /// @param applying whether it is a server-side apply, which needs a manager and may force
    static WriteOptions write(ApiRequest request, String kind, boolean applying, List<String> warnings) {
        List<Violation> wrong = new ArrayList<>();
        String given = text(request, "fieldManager");
        String manager = given;
        if (manager.isEmpty()) {
            manager = request.header("user-agent").split("[/ ]", 2)[0];
        }
        if (given.length() > MANAGER_BYTES) {
            wrong.add(new Violation(
                    "fieldManager", "FieldValueTooLong", "Too long: may not be more than " + MANAGER_BYTES + " bytes"));
        }
        if (applying && given.isEmpty()) {
            wrong.add(Names.required("fieldManager", "is required for apply patch"));
        }
        if (!applying && kind.equals("PatchOptions") && request.query("force") != null) {
            wrong.add(Names.forbidden("force", "may not be specified for non-apply patch"));
        }
        String validation = text(request, "fieldValidation");
        if (!validation.isEmpty() && !Set.of("Ignore", "Warn", "Strict").contains(validation)) {
            wrong.add(Names.unsupported("fieldValidation", validation, List.of("", "Ignore", "Strict", "Warn")));
        }
        boolean dry = dryRun(request, wrong);
        refuse(kind, wrong);
        return new WriteOptions(
                manager.isEmpty() ? "unknown" : manager.substring(0, Math.min(manager.length(), MANAGER_BYTES)),
                dry,
                request.flag("force"),
                validation.isEmpty() ? "Warn" : validation,
                warnings::add,
                request.caller());
    }

    static boolean dryRun(ApiRequest request) {
        List<Violation> wrong = new ArrayList<>();
        boolean dry = dryRun(request, wrong);
        refuse("CreateOptions", wrong);
        return dry;
    }

    static boolean dryRun(ApiRequest request, List<Violation> wrong) {
        String value = text(request, "dryRun");
        if (!value.isEmpty() && !value.equals("All")) {
            wrong.add(Names.unsupported("dryRun", value, List.of("All")));
        }
        return !value.isEmpty();
    }

    static void refuse(String kind, List<Violation> wrong) {
        if (!wrong.isEmpty()) {
            throw ApiFault.invalidOptions(kind, wrong);
        }
    }

    private static String text(ApiRequest request, String name) {
        @Nullable String value = request.query(name);
        return value == null ? "" : value;
    }
}
