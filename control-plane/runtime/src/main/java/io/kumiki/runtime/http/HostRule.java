package io.kumiki.runtime.http;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Against DNS rebinding and cross-site requests: the Host must be one of ours, an Origin must be the listener's
/// own.
///
/// @param names lower-case host names without port; `*.x` allows every name below x; `null` allows any
public record HostRule(@Nullable Set<String> names) {
    public static final HostRule ANY = new HostRule(null);

    public static HostRule loopbackAnd(Set<String> more) {
        var names = new java.util.TreeSet<>(Set.of("127.0.0.1", "localhost", "[::1]", "::1", "*.localhost"));
        more.forEach(name -> names.add(name.toLowerCase(Locale.ROOT)));
        return new HostRule(names);
    }

    /// What is wrong with the request, or `null`.
    @Nullable
    HttpFault refusal(HttpServerRequest request) {
        if (names == null) {
            return null;
        }
        HostAndPort host = request.authority();
        if (host == null || !allowed(host.host().toLowerCase(Locale.ROOT))) {
            String found = host == null ? "none" : "\"" + host.host() + "\"";
            return new HttpFault(
                    403,
                    "HostNotAllowed",
                    "the Host header names " + found + ", which is not served here; start with --allow-host to add it");
        }
        String origin = request.getHeader("Origin");
        if (origin != null && !origin.equalsIgnoreCase(request.scheme() + "://" + host)) {
            return new HttpFault(
                    403,
                    "OriginNotAllowed",
                    "requests from the origin \"" + origin + "\" are refused; only this page's own origin may call");
        }
        if ("cross-site".equals(request.getHeader("Sec-Fetch-Site"))
                && !"navigate".equals(request.getHeader("Sec-Fetch-Mode"))) {
            return new HttpFault(
                    403, "CrossSite", "another site's page made this request; only this page's own origin may call");
        }
        return null;
    }

    private boolean allowed(String host) {
        if (names == null || names.contains(host)) {
            return true;
        }
        for (int dot = host.indexOf('.'); dot >= 0; dot = host.indexOf('.', dot + 1)) {
            if (names.contains("*" + host.substring(dot))) {
                return true;
            }
        }
        return false;
    }
}
