package io.kumiki.kube.rest;

import io.kumiki.kube.ApiAnswer;
import io.kumiki.kube.ApiRequest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// `/healthz`, `/livez` and `/readyz`: whoever answers has loaded its objects and can write, so each check is `ok`.
final class Health {
    private static final Set<String> PATHS = Set.of("/healthz", "/livez", "/readyz");
    private static final List<String> CHECKS = List.of("ping", "journal");

    private Health() {}

    static boolean asked(String path) {
        return PATHS.contains(path) || PATHS.stream().anyMatch(each -> path.startsWith(each + "/"));
    }

    static ApiAnswer answer(ApiRequest request, String path) {
        int slash = path.indexOf('/', 1);
        if (slash > 0) {
            if (!CHECKS.contains(path.substring(slash + 1))) {
                return Router.NOTHING_HERE;
            }
            return plain("ok");
        }
        if (request.query("verbose") == null) {
            return plain("ok");
        }
        StringBuilder all = new StringBuilder();
        CHECKS.forEach(check -> all.append("[+]").append(check).append(" ok\n"));
        return plain(all + path.substring(1) + " check passed\n");
    }

    private static ApiAnswer plain(String text) {
        return new ApiAnswer.Whole(
                200,
                "text/plain; charset=utf-8",
                List.of(text.getBytes(StandardCharsets.UTF_8)),
                Map.of("X-Content-Type-Options", "nosniff"));
    }
}
