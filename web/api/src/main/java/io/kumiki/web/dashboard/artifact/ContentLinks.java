package io.kumiki.web.dashboard.artifact;

import static io.kumiki.runtime.http.Permission.ANYONE;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.run.ArtifactRecord;
import io.kumiki.runtime.http.Answer;
import io.kumiki.runtime.http.HttpFault;
import io.kumiki.runtime.http.ProblemRenderer;
import io.kumiki.runtime.http.Request;
import io.kumiki.runtime.http.Routes;
import io.kumiki.store.Store;
import io.kumiki.store.objects.ObjectFault;
import io.kumiki.store.objects.ObjectStorage;
import io.kumiki.store.objects.ObjectUri;
import io.kumiki.store.objects.StoredObject;
import io.kumiki.web.kfp.wire.PageTokens;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// Bytes of artifacts behind addresses that are their own credential for a few minutes: a frame and a download send
/// no token.
/// Whatever is shown is sandboxed: an origin of its own, no access to the page, no connections, pictures and
/// scripts only from https.
public final class ContentLinks {
    private static final Duration LIFE = Duration.ofMinutes(10);
    private static final String PURPOSE = "content";
    private static final String SANDBOX =
            "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' https:;"
                    + " style-src 'unsafe-inline' https:; img-src data: blob: https:; font-src data: https:; media-src data: blob:; frame-ancestors 'self'";

    private final Store store;
    private final ObjectStorage objects;
    private final InstantSource clock;
    private final PageTokens seal;

    public ContentLinks(Store store, ObjectStorage objects, InstantSource clock) {
        this.store = store;
        this.objects = objects;
        this.clock = clock;
        byte[] key = new byte[32];
        new SecureRandom().nextBytes(key);
        this.seal = new PageTokens(key);
    }

    public ObjectNode ticket(ArtifactRecord artifact, String path) {
        ContentUri.of(artifact, path);
        Instant until = clock.instant().plus(LIFE);
        String name = (path.isEmpty() ? artifact.name() : path.substring(path.lastIndexOf('/') + 1));
        return Json.object()
                .put("downloadUrl", address("download", artifact, path, until, name))
                .put("viewUrl", address("view", artifact, path, until, name))
                .put("expiresAt", until.toString());
    }

    private String address(String how, ArtifactRecord artifact, String path, Instant until, String name) {
        JsonNode values = Json.object()
                .put("a", artifact.id())
                .put("p", path)
                .put("u", until.getEpochSecond())
                .put("h", how);
        String last = name.isEmpty() ? "artifact" : name;
        return "/content/" + seal.write(PURPOSE, values) + "/"
                + URLEncoder.encode(last.replace('/', '_'), StandardCharsets.UTF_8)
                        .replace("+", "%20");
    }

    public Routes routes() {
        return new Routes("/content", new ProblemRenderer()).get("/{ticket}/{name}", ANYONE, this::serve);
    }

    private Answer serve(Request request) throws IOException {
        JsonNode values;
        try {
            values = seal.read(PURPOSE, request.param("ticket"));
        } catch (RuntimeException forged) {
            throw HttpFault.forbidden("this address is not one that was given out; open the artifact again");
        }
        if (clock.instant().getEpochSecond() > values.path("u").asLong()) {
            throw HttpFault.forbidden("this address has expired; open the artifact again");
        }
        ArtifactRecord artifact =
                store.read(tx -> tx.artifacts().get(values.path("a").asLong()));
        if (artifact == null) {
            throw HttpFault.notFound("the artifact has been deleted");
        }
        return content(
                artifact,
                values.path("p").asText(),
                values.path("h").asText().equals("download"),
                request.param("name"));
    }

    private Answer content(ArtifactRecord artifact, String path, boolean download, String name) throws IOException {
        ObjectUri uri;
        byte[] start;
        StoredObject object;
        try {
            uri = ContentUri.of(artifact, path);
            try (StoredObject beginning = objects.get(uri.bucket(), uri.key(), 0, 4096)) {
                start = beginning.bytes();
            }
            object = objects.get(uri.bucket(), uri.key());
        } catch (IllegalArgumentException elsewhere) {
            throw HttpFault.notFound(
                    "the bytes are at " + artifact.uri() + ", outside this installation's object storage");
        } catch (ObjectFault e) {
            throw HttpFault.notFound("nothing is stored at " + artifact.uri() + (path.isEmpty() ? "" : "/" + path));
        }
        Media media = Media.of(artifact.type(), uri.key(), start);
        String type = uri.key().endsWith(".svg") && media == Media.HTML ? "image/svg+xml" : media.contentType(start);
        Answer answer = Answer.stream(download ? "application/octet-stream" : type, out -> {
                    try (object) {
                        object.body().transferTo(out);
                    }
                })
                .with("Content-Length", String.valueOf(object.length()))
                .with("Content-Security-Policy", SANDBOX)
                .with("Cache-Control", "private, no-store")
                .with("Referrer-Policy", "no-referrer")
                .with("Cross-Origin-Resource-Policy", "same-origin");
        String ascii = name.replaceAll("[^A-Za-z0-9._-]", "_");
        return download || media == Media.BINARY
                ? answer.with(
                        "Content-Disposition",
                        "attachment; filename=\"" + ascii + "\"; filename*=UTF-8''"
                                + URLEncoder.encode(name, StandardCharsets.UTF_8)
                                        .replace("+", "%20"))
                : answer.with("Content-Disposition", "inline");
    }
}
