package io.kumiki.web.dashboard.artifact;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.run.ArtifactRecord;
import io.kumiki.store.objects.Listing;
import io.kumiki.store.objects.ObjectFault;
import io.kumiki.store.objects.ObjectHead;
import io.kumiki.store.objects.ObjectStorage;
import io.kumiki.store.objects.ObjectUri;
import io.kumiki.store.objects.StoredObject;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What can be shown of an artifact: views from its metadata, then one from its bytes or a list of its files.
public final class Preview {
    /// As much is read, never more.
    static final int READ = 1 << 20;

    private static final int MOST_FILES = 1_000;

    private final ObjectStorage objects;

    public Preview(ObjectStorage objects) {
        this.objects = objects;
    }

    /// @param path a file inside an artifact that is a folder; empty for the artifact itself
    public ObjectNode of(ArtifactRecord artifact, String path, int rows) throws IOException {
        ObjectNode out = Json.object().put("artifactId", artifact.id()).putNull("size");
        ArrayNode views = out.putArray("views");
        if (path.isEmpty()) {
            MetadataViews.add(artifact, views);
        }
        ObjectUri uri;
        try {
            uri = ContentUri.of(artifact, path);
        } catch (IllegalArgumentException elsewhere) {
            views.add(nothing(
                    "Elsewhere",
                    "the bytes are at " + artifact.uri() + ", outside this installation's object storage"));
            return out;
        }
        ObjectHead head = head(uri);
        if (head != null) {
            out.put("size", head.size());
            content(artifact, head, rows, views);
        } else {
            folder(uri, views);
        }
        return out;
    }

    private @Nullable ObjectHead head(ObjectUri uri) {
        try {
            return objects.head(uri.bucket(), uri.key());
        } catch (ObjectFault e) {
            return null;
        }
    }

    private void content(ArtifactRecord artifact, ObjectHead head, int rows, ArrayNode views) throws IOException {
        if (head.size() == 0) {
            if (views.isEmpty()) {
                views.add(nothing("Empty", "the object has no bytes"));
            }
            return;
        }
        byte[] bytes;
        try (StoredObject object = objects.get(head.bucket(), head.key(), 0, READ)) {
            bytes = object.bytes();
        }
        Media media = Media.of(artifact.type(), head.key(), bytes);
        if (media == Media.BINARY) {
            if (views.isEmpty()) {
                views.add(nothing("Binary", "these " + head.size() + " bytes are not text; download them"));
            }
            return;
        }
        if (media.framed()) {
            views.add(
                    Json.object().put("kind", "frame").put("media", media.name().toLowerCase(Locale.ROOT)));
        }
        TextViews.add(media, bytes, head.size() > bytes.length, rows, views);
    }

    private void folder(ObjectUri uri, ArrayNode views) {
        String prefix = uri.key().endsWith("/") ? uri.key() : uri.key() + "/";
        Listing listing;
        try {
            listing = objects.list(uri.bucket(), prefix, "", MOST_FILES);
        } catch (ObjectFault e) {
            listing = new Listing(List.of(), List.of(), null);
        }
        if (listing.objects().isEmpty()) {
            if (views.isEmpty()) {
                views.add(nothing(
                        "Missing", "nothing is stored at " + uri + "; the step wrote no bytes, or they were deleted"));
            }
            return;
        }
        ObjectNode view = Json.object().put("kind", "folder").put("truncated", listing.next() != null);
        ArrayNode entries = view.putArray("entries");
        listing.objects()
                .forEach(o -> entries.addObject()
                        .put("path", o.key().substring(prefix.length()))
                        .put("size", o.size()));
        views.add(view);
    }

    private static ObjectNode nothing(String reason, String message) {
        return Json.object().put("kind", "nothing").put("reason", reason).put("message", message);
    }
}
