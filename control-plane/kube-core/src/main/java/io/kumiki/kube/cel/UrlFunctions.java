package io.kumiki.kube.cel;

import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.OpaqueType;
import dev.cel.common.types.SimpleType;
import dev.cel.runtime.CelEvaluationException;
import io.kumiki.kube.schema.Formats;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// `url`, `isURL` and what can be asked of one.
final class UrlFunctions {
    static final OpaqueType TYPE = OpaqueType.create("kubernetes.URL");

    private UrlFunctions() {}

    static Library library() {
        List<CelType> text = List.of(SimpleType.STRING);
        List<CelType> url = List.of(TYPE);
        CelType query = MapType.create(SimpleType.STRING, ListType.create(SimpleType.STRING));
        return new Library()
                .global("url", "string_to_url", TYPE, text, a -> parse((String) a[0]))
                .global("isURL", "is_url_string", SimpleType.BOOL, text, a -> Formats.matches("uri", (String) a[0]))
                .member("getScheme", "url_get_scheme", SimpleType.STRING, url, a -> or(((URI) a[0]).getScheme()))
                .member("getHost", "url_get_host", SimpleType.STRING, url, a -> host((URI) a[0]))
                .member("getHostname", "url_get_hostname", SimpleType.STRING, url, a -> hostname((URI) a[0]))
                .member("getPort", "url_get_port", SimpleType.STRING, url, a -> port((URI) a[0]))
                .member(
                        "getEscapedPath",
                        "url_get_escaped_path",
                        SimpleType.STRING,
                        url,
                        a -> or(((URI) a[0]).getRawPath()))
                .member("getQuery", "url_get_query", query, url, a -> query((URI) a[0]));
    }

    private static URI parse(String text) throws CelEvaluationException {
        URI uri = Formats.matches("uri", text) ? Formats.parsed(text) : null;
        if (uri == null) {
            throw new CelEvaluationException(
                    "URL parse error during conversion from string: parse \"" + text + "\": invalid URI for request");
        }
        return uri;
    }

    private static String or(@org.jspecify.annotations.Nullable String part) {
        return part == null ? "" : part;
    }

    private static String host(URI uri) {
        String authority = or(uri.getRawAuthority());
        return authority.substring(authority.lastIndexOf('@') + 1);
    }

    private static String hostname(URI uri) {
        String host = host(uri);
        if (host.startsWith("[")) {
            return host.substring(1, Math.max(1, host.indexOf(']')));
        }
        int colon = host.lastIndexOf(':');
        return colon < 0 ? host : host.substring(0, colon);
    }

    private static String port(URI uri) {
        String host = host(uri);
        String rest = host.substring(host.indexOf(']') + 1);
        int colon = rest.lastIndexOf(':');
        return colon < 0 ? "" : rest.substring(colon + 1);
    }

    private static Map<String, List<String>> query(URI uri) {
        Map<String, List<String>> query = new LinkedHashMap<>();
        for (String pair : or(uri.getRawQuery()).split("&")) {
            int at = pair.indexOf('=');
            if (!pair.isEmpty()) {
                String key = decoded(at < 0 ? pair : pair.substring(0, at));
                query.computeIfAbsent(key, k -> new ArrayList<>()).add(at < 0 ? "" : decoded(pair.substring(at + 1)));
            }
        }
        return query;
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }
}
