package io.kumiki.kube.rest;

import io.kumiki.kube.ApiAnswer;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.ApiRequest;
import io.kumiki.kube.registry.Registry;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/// `/healthz`, `/livez` and `/readyz`. Whoever answers is alive and has loaded its objects; the journal is asked
/// whether it takes new ones. Starting it anew would make no room, so `/livez` does not ask.
final class Health {
    private static final Map<String, List<String>> CHECKS = Map.of(
            "/healthz", List.of("ping", "journal"),
            "/livez", List.of("ping"),
            "/readyz", List.of("ping", "journal"));

    private final Registry registry;

    Health(Registry registry) {
        this.registry = registry;
    }

    static boolean asked(String path) {
        return CHECKS.containsKey(whole(path));
    }

    private static String whole(String path) {
        int slash = path.indexOf('/', 1);
        return slash < 0 ? path : path.substring(0, slash);
    }

    ApiAnswer answer(ApiRequest request, String path) {
        String name = whole(path);
        List<String> checks = CHECKS.getOrDefault(name, List.of());
        if (!path.equals(name)) {
            String check = path.substring(name.length() + 1);
            if (!checks.contains(check)) {
                return Router.NOTHING_HERE;
            }
            String wrong = wrong(check);
            return wrong.isEmpty() ? plain(200, "ok") : plain(500, "internal server error: " + wrong + "\n");
        }
        StringBuilder all = new StringBuilder();
        boolean well = true;
        for (String check : checks) {
            boolean good = wrong(check).isEmpty();
            well &= good;
            all.append(good ? "[+]" : "[-]").append(check).append(good ? " ok\n" : " failed: reason withheld\n");
        }
        if (well && request.query("verbose") == null) {
            return plain(200, "ok");
        }
        return plain(well ? 200 : 500, all + name.substring(1) + (well ? " check passed\n" : " check failed\n"));
    }

    /// Empty when it is well.
    private String wrong(String check) {
        if (!check.equals("journal")) {
            return "";
        }
        try {
            registry.acceptsMore();
            return "";
        } catch (ApiFault e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static ApiAnswer plain(int code, String text) {
        return new ApiAnswer.Whole(
                code,
                "text/plain; charset=utf-8",
                List.of(text.getBytes(StandardCharsets.UTF_8)),
                Map.of("X-Content-Type-Options", "nosniff"));
    }
}
