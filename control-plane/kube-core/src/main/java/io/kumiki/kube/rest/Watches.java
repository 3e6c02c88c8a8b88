package io.kumiki.kube.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.ApiAnswer;
import io.kumiki.kube.ApiFault;
import io.kumiki.kube.WatchEvent;
import io.kumiki.kube.WatchFeed;
import io.kumiki.kube.registry.Registry;
import io.kumiki.model.Json;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.BiFunction;

/// Watch events on the wire.
final class Watches {
    private Watches() {}

    /// @param shape what an object looks like to this client
    /// @param plain whether that depends on nothing but the event
    record Feed(
            Registry registry,
            Registry.WatchOrder order,
            boolean bookmarks,
            long timeoutMillis,
            boolean plain,
            BiFunction<WatchEvent, Boolean, byte[]> shape)
            implements WatchFeed {

        @Override
        public String contentType() {
            return ApiAnswer.JSON;
        }

        @Override
        public Running open(Sink sink) {
            boolean[] first = {true};
            try {
                var running = registry.watch(order, event -> {
                    sink.frame(new EventFrame(event, first[0], plain, shape));
                    first[0] = false;
                });
                return new Open(running, bookmarks);
            } catch (ApiFault fault) {
                sink.frame(new ErrorFrame(fault.status()));
                sink.end();
                return new Open(null, false);
            }
        }
    }

    private record Open(Registry.@org.jspecify.annotations.Nullable Watching watching, boolean bookmarks)
            implements WatchFeed.Running {
        @Override
        public void bookmark() {
            if (bookmarks && watching != null) {
                watching.bookmark();
            }
        }

        @Override
        public void close() {
            if (watching != null) {
                watching.close();
            }
        }
    }

    /// @param first a table's first frame carries the columns
    /// @param plain whether all who hear of this change in this form get the same bytes
    private record EventFrame(
            WatchEvent event, boolean first, boolean plain, BiFunction<WatchEvent, Boolean, byte[]> shape)
            implements WatchFeed.Frame {
        @Override
        public byte[] bytes() {
            return plain ? event.text().of(event.type(), event.resource(), this::encoded) : encoded();
        }

        private byte[] encoded() {
            byte[] head = ("{\"type\":\"" + event.type() + "\",\"object\":").getBytes(StandardCharsets.UTF_8);
            byte[] object = shape.apply(event, first);
            var out = new ByteArrayOutputStream(head.length + object.length + 2);
            out.writeBytes(head);
            out.writeBytes(object);
            out.write('}');
            return out.toByteArray();
        }

        @Override
        public int weight() {
            return event.type() == WatchEvent.Type.ADDED
                            && event.revision() == event.stored().revision()
                    ? 64
                    : event.stored().size();
        }
    }

    private record ErrorFrame(ObjectNode status) implements WatchFeed.Frame {
        @Override
        public byte[] bytes() {
            ObjectNode event = Json.object();
            event.put("type", "ERROR").set("object", status);
            return Json.bytes(event);
        }

        @Override
        public int weight() {
            return 0;
        }
    }
}
