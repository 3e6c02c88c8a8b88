package io.kumiki.runtime.http;

import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Serves a page's files from the class path. Names with a content hash may be kept for ever, everything else is
/// asked for again;
/// a `.br` or `.gz` beside a file is sent instead when the browser takes it; unknown paths without an extension are
/// the page's own routes.
public final class StaticFiles implements RouteHandler {
    /// No inline script, no foreign origin, not inside anybody's frame. Previews are frames of our own, sandboxed
    /// by their own policy.
    public static final String PAGE_POLICY =
            "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:;"
                    + " font-src 'self' data:; connect-src 'self' ws: wss:; frame-src 'self' blob: http://*.localhost:*; worker-src 'self' blob:;"
                    + " object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    private static final Pattern HASHED = Pattern.compile(".*[-.][A-Za-z0-9_-]{8,}\\.[a-z0-9]+$");
    private static final Map<String, String> TYPES = Map.ofEntries(
            Map.entry("html", "text/html; charset=utf-8"),
            Map.entry("js", "text/javascript; charset=utf-8"),
            Map.entry("mjs", "text/javascript; charset=utf-8"),
            Map.entry("css", "text/css; charset=utf-8"),
            Map.entry("json", "application/json"),
            Map.entry("map", "application/json"),
            Map.entry("svg", "image/svg+xml"),
            Map.entry("png", "image/png"),
            Map.entry("ico", "image/x-icon"),
            Map.entry("webp", "image/webp"),
            Map.entry("woff2", "font/woff2"),
            Map.entry("txt", "text/plain; charset=utf-8"),
            Map.entry("webmanifest", "application/manifest+json"));

    private record Stored(
            byte[] bytes, String type, @Nullable String encoding) {}

    private final ClassLoader loader;
    private final String folder;
    private final Map<String, Stored> cache = new ConcurrentHashMap<>();

    /// @param folder on the class path, without slashes at the ends: `webroot`
    public StaticFiles(ClassLoader loader, String folder) {
        this.loader = loader;
        this.folder = folder;
    }

    /// Whether the page was built into this program at all.
    public boolean present() {
        return loader.getResource(folder + "/index.html") != null;
    }

    @Override
    public Answer handle(Request request) throws IOException {
        String path = request.param("path");
        String name = path.isEmpty() ? "index.html" : path;
        if (name.contains("..") || name.contains("\\") || name.startsWith("/")) {
            throw HttpFault.notFound("nothing is served at /" + path);
        }
        String accepts = request.header("Accept-Encoding");
        Stored stored = find(name, accepts == null ? "" : accepts);
        if (stored == null && name.lastIndexOf('.') <= name.lastIndexOf('/')) {
            name = "index.html";
            stored = find(name, accepts == null ? "" : accepts);
        }
        if (stored == null) {
            throw HttpFault.notFound(
                    present()
                            ? "nothing is served at /" + path
                            : "this build has no dashboard pages; build it without -Dquick or -Dweb.skip");
        }
        return answer(name, stored);
    }

    private static Answer answer(String name, Stored stored) {
        Answer answer = Answer.bytes(200, stored.type(), stored.bytes())
                .with("Vary", "Accept-Encoding")
                .with(
                        "Cache-Control",
                        HASHED.matcher(name).matches() && !name.equals("index.html")
                                ? "public, max-age=31536000, immutable"
                                : "no-cache")
                .with("Referrer-Policy", "no-referrer");
        if (stored.type().startsWith("text/html")) {
            answer = answer.with("Content-Security-Policy", PAGE_POLICY)
                    .with("Cross-Origin-Opener-Policy", "same-origin");
        }
        return stored.encoding() == null ? answer : answer.with("Content-Encoding", stored.encoding());
    }

    private @Nullable Stored find(String name, String accepts) throws IOException {
        if (accepts.contains("br")) {
            Stored brotli = load(name, ".br", "br");
            if (brotli != null) {
                return brotli;
            }
        }
        if (accepts.contains("gzip")) {
            Stored gzip = load(name, ".gz", "gzip");
            if (gzip != null) {
                return gzip;
            }
        }
        return load(name, "", null);
    }

    private @Nullable Stored load(String name, String suffix, @Nullable String encoding) throws IOException {
        Stored known = cache.get(name + suffix);
        if (known != null) {
            return known;
        }
        try (InputStream in = loader.getResourceAsStream(folder + "/" + name + suffix)) {
            if (in == null || name.endsWith("/")) {
                return null;
            }
            String extension = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
            String type = TYPES.getOrDefault(extension, "application/octet-stream");
            Stored stored = new Stored(in.readAllBytes(), type, encoding);
            cache.put(name + suffix, stored);
            return stored;
        }
    }
}
