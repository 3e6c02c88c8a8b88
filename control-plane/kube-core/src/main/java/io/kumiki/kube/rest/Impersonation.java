package io.kumiki.kube.rest;

import io.kumiki.kube.ApiFault;
import io.kumiki.kube.ApiRequest;
import io.kumiki.kube.Authorizer;
import io.kumiki.kube.Caller;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// `kubectl --as`: a caller who may do so speaks for somebody else.
final class Impersonation {
    private static final String ACCOUNT = "system:serviceaccount:";

    private Impersonation() {}

    /// The request as the one it speaks for; the same when it speaks for itself.
    static ApiRequest applied(ApiRequest request, Authorizer authorizer) {
        String user = request.header("impersonate-user");
        List<String> groups = words(request.header("impersonate-group"));
        String uid = request.header("impersonate-uid");
        if (user.isEmpty()) {
            if (!groups.isEmpty() || !uid.isEmpty()) {
                throw ApiFault.badRequest("requested groups or uid without impersonating a user");
            }
            return request;
        }
        Caller caller = request.caller();
        String[] account =
                user.startsWith(ACCOUNT) ? user.substring(ACCOUNT.length()).split(":", 2) : new String[0];
        if (account.length == 2) {
            demand(authorizer, caller, "", "serviceaccounts", account[0], account[1]);
        } else {
            demand(authorizer, caller, "", "users", "", user);
        }
        groups.forEach(group -> demand(authorizer, caller, "", "groups", "", group));
        if (!uid.isEmpty()) {
            demand(authorizer, caller, "authentication.k8s.io", "uids", "", uid);
        }
        List<String> all = new ArrayList<>(groups);
        if (groups.isEmpty() && account.length == 2) {
            all.addAll(Caller.account(account[0], account[1], "").groups());
        }
        if (!all.contains(Caller.AUTHENTICATED) && !user.equals(Caller.ANONYMOUS.name())) {
            all.add(Caller.AUTHENTICATED);
        }
        return new ApiRequest(
                request.method(),
                request.path(),
                request.query(),
                request.headers(),
                request.body(),
                new Caller(user, uid, all));
    }

    private static List<String> words(String header) {
        return Arrays.stream(header.split(","))
                .map(String::strip)
                .filter(word -> !word.isEmpty())
                .toList();
    }

    private static void demand(
            Authorizer authorizer, Caller caller, String group, String resource, String namespace, String name) {
        var wanted = new Authorizer.Attributes("impersonate", group, resource, "", namespace, name, "");
        if (!authorizer.allows(caller, wanted)) {
            throw ApiFault.forbidden(
                    resource,
                    name,
                    "User \"" + caller.name() + "\" cannot impersonate resource \"" + resource + "\" in API group \""
                            + group + "\" at the cluster scope");
        }
    }
}
