package io.kumiki.kube.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiAnswer;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.ApiRequest;
import io.kumiki.kube.WatchEvent;
import io.kumiki.kube.kinds.Kind;
import io.kumiki.kube.registry.Reads;
import io.kumiki.kube.store.StoredObject;
import io.kumiki.kube.table.Tables;
import io.kumiki.model.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.AbstractList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/// Stored objects in the form that one client asked for.
final class Shape {
    private static final byte[] COMMA = {','};
    private static final byte[] END = "]}".getBytes(StandardCharsets.UTF_8);

    private final Kind kind;
    private final Negotiation form;
    private final String include;
    private final Supplier<Instant> now;

    Shape(Kind kind, ApiRequest request, Supplier<Instant> now) {
        this.kind = kind;
        this.form = Negotiation.of(request.header("accept"));
        String given = request.query("includeObject");
        this.include = given == null || given.isEmpty() ? "Metadata" : given;
        if (!Set.of("None", "Metadata", "Object").contains(include)) {
            throw ApiFault.badRequest("Unable to convert to Table as requested: includeObject: Invalid value: \""
                    + include + "\": must be 'Metadata', 'Object', 'None', or empty");
        }
        this.now = now;
    }

    private String apiVersion() {
        return kind.type().apiVersion();
    }

    ApiAnswer.Whole one(int status, StoredObject object, Map<String, String> headers) {
        return new ApiAnswer.Whole(status, ApiAnswer.JSON, List.of(bytes(object, object.revision(), true)), headers);
    }

    private byte[] bytes(StoredObject object, long revision, boolean headed) {
        return switch (form) {
            case OBJECT -> kind.wire(object, revision);
            case PARTIAL -> Json.bytes(Tables.partial(kind.tree(object, revision)));
            case TABLE -> {
                ObjectNode tree = kind.tree(object, revision);
                ObjectNode table = Tables.of(kind.columns(), List.of(tree), include, headed, now.get());
                ((ObjectNode) table.get("metadata")).put("resourceVersion", Long.toString(revision));
                yield Json.bytes(table);
            }
        };
    }

    /// Whether every client that asks for this form gets the same bytes.
    boolean plain() {
        return form == Negotiation.OBJECT;
    }

    byte[] event(WatchEvent event, boolean first) {
        if (event.type() == WatchEvent.Type.BOOKMARK && form == Negotiation.TABLE) {
            ObjectNode table = Tables.of(kind.columns(), List.of(), include, false, now.get());
            ((ObjectNode) table.get("metadata")).put("resourceVersion", Long.toString(event.revision()));
            return Json.bytes(table);
        }
        return bytes(event.stored(), event.revision(), first);
    }

    ApiAnswer.Whole list(Reads.ListedPage page) {
        return switch (form) {
            case OBJECT -> whole(page);
            case TABLE -> table(page);
            case PARTIAL -> partial(page);
        };
    }

    private ApiAnswer.Whole whole(Reads.ListedPage page) {
        ObjectNode head = Json.object();
        head.put("kind", kind.rules().listKind(kind.kind())).put("apiVersion", apiVersion());
        listMetadata(head.putObject("metadata"), page);
        String text = Json.write(head);
        byte[] begin = (text.substring(0, text.length() - 1) + ",\"items\":[").getBytes(StandardCharsets.UTF_8);
        List<byte[]> parts = new Items(begin, page.objects(), kind);
        return new ApiAnswer.Whole(200, ApiAnswer.JSON, parts, Map.of());
    }

    /// The list's text in parts that are made when they are asked for: a long list is never in memory as a whole.
    private static final class Items extends AbstractList<byte[]> {
        private final byte[] begin;
        private final List<StoredObject> objects;
        private final Kind kind;

        Items(byte[] begin, List<StoredObject> objects, Kind kind) {
            this.begin = begin;
            this.objects = objects;
            this.kind = kind;
        }

        @Override
        public byte[] get(int i) {
            if (i == 0) {
                return begin;
            }
            if (i == size() - 1) {
                return END;
            }
            return i % 2 == 0 ? COMMA : kind.item(objects.get(i / 2));
        }

        @Override
        public int size() {
            return objects.isEmpty() ? 2 : objects.size() * 2 + 1;
        }
    }

    private ApiAnswer.Whole table(Reads.ListedPage page) {
        List<ObjectNode> trees = trees(page);
        ObjectNode table = Tables.of(kind.columns(), trees, include, true, now.get());
        listMetadata((ObjectNode) table.get("metadata"), page);
        return ApiAnswer.json(200, table);
    }

    private ApiAnswer.Whole partial(Reads.ListedPage page) {
        ObjectNode list = Json.object();
        list.put("kind", "PartialObjectMetadataList").put("apiVersion", "meta.k8s.io/v1");
        listMetadata(list.putObject("metadata"), page);
        var items = list.putArray("items");
        trees(page).forEach(tree -> items.add(Tables.partial(tree)));
        return ApiAnswer.json(200, list);
    }

    private List<ObjectNode> trees(Reads.ListedPage page) {
        return page.objects().stream().map(kind::tree).toList();
    }

    private static void listMetadata(ObjectNode metadata, Reads.ListedPage page) {
        metadata.put("resourceVersion", Long.toString(page.revision()));
        if (!page.next().isEmpty()) {
            metadata.put("continue", page.next());
            if (page.remaining() != Reads.UNKNOWN) {
                metadata.put("remainingItemCount", page.remaining());
            }
        }
    }
}
