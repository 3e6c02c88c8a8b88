package io.kumiki.kube.rest;

import io.kumiki.kube.ApiFault;
import io.kumiki.kube.ApiRequest;
import io.kumiki.kube.Authorizer;
import io.kumiki.kube.Authorizer.Attributes;
import io.kumiki.kube.Caller;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Whoever may `impersonate` acts as somebody else, named by headers.
final class Impersonation {
    private static final String USER = "impersonate-user";
    private static final String GROUP = "impersonate-group";
    private static final String UID = "impersonate-uid";
    private static final String EXTRA = "impersonate-extra-";
    private static final String ACCOUNT = "system:serviceaccount:";
    private static final String AUTHENTICATION = "authentication.k8s.io";

    private final Authorizer authorizer;

    Impersonation(Authorizer authorizer) {
        this.authorizer = authorizer;
    }

    /// The request as the one whom its headers name.
    ApiRequest apply(ApiRequest request) {
        String user = request.header(USER);
        List<String> groups = values(request.header(GROUP));
        String uid = request.header(UID);
        Map<String, List<String>> extra = extra(request);
        if (user.isEmpty()) {
            if (!groups.isEmpty() || !uid.isEmpty() || !extra.isEmpty()) {
                throw ApiFault.of(
                        500,
                        "InternalError",
                        "Internal error occurred: requested groups, uid or extra without impersonating a user: the"
                                + " header Impersonate-User is wanted with them");
            }
            return request;
        }
        Caller real = request.caller();
        Caller account = account(user);
        if (account == null) {
            check(real, "", "users", "", "", user);
        } else {
            check(real, "", "serviceaccounts", "", account.accountNamespace(), account.accountName());
        }
        groups.forEach(group -> check(real, "", "groups", "", "", group));
        if (!uid.isEmpty()) {
            check(real, AUTHENTICATION, "uids", "", "", uid);
        }
        extra.forEach((key, all) -> all.forEach(value -> check(real, AUTHENTICATION, "userextras", key, "", value)));
        Caller caller = new Caller(user, uid, groups(user, account, groups), extra);
        return new ApiRequest(
                request.method(), request.path(), request.query(), request.headers(), request.body(), caller);
    }

    private static List<String> groups(String user, @Nullable Caller account, List<String> given) {
        List<String> groups = new ArrayList<>(given);
        if (given.isEmpty() && account != null) {
            groups.addAll(Caller.accountGroups(account.accountNamespace()));
        }
        boolean anonymous = user.equals(Caller.ANONYMOUS.name());
        String everybody = anonymous ? Caller.UNAUTHENTICATED : Caller.AUTHENTICATED;
        if (!groups.contains(Caller.AUTHENTICATED) && !groups.contains(Caller.UNAUTHENTICATED)) {
            groups.add(everybody);
        }
        return groups;
    }

    /// `null` when the name is no service account's.
    private static @Nullable Caller account(String user) {
        String[] parts =
                user.startsWith(ACCOUNT) ? user.substring(ACCOUNT.length()).split(":", -1) : new String[0];
        return parts.length == 2 && !parts[0].isEmpty() && !parts[1].isEmpty()
                ? Caller.account(parts[0], parts[1], "")
                : null;
    }

    private void check(Caller real, String group, String resource, String part, String namespace, String name) {
        Attributes wanted = new Attributes("impersonate", group, resource, part, namespace, name, "");
        Authorizer.Decision decision = authorizer.decide(real, wanted);
        if (!decision.allowed()) {
            throw Authorizer.refusal(real, wanted, decision.reason());
        }
    }

    private static Map<String, List<String>> extra(ApiRequest request) {
        Map<String, List<String>> extra = new LinkedHashMap<>();
        request.headers().forEach((name, text) -> {
            if (name.startsWith(EXTRA)) {
                extra.put(decoded(name.substring(EXTRA.length())), values(text));
            }
        });
        return extra;
    }

    private static String decoded(String key) {
        try {
            return URLDecoder.decode(key.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return key;
        }
    }

    private static List<String> values(String header) {
        return header.isEmpty() ? List.of() : List.of(header.split("\n"));
    }
}
