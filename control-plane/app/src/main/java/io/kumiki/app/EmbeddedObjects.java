package io.kumiki.app;

import io.kumiki.agent.s3.Listing;
import io.kumiki.agent.s3.ObjectAccess;
import io.kumiki.agent.s3.S3Failure;
import io.kumiki.agent.s3.S3Uri;
import io.kumiki.store.objects.Attributes;
import io.kumiki.store.objects.ObjectFault;
import io.kumiki.store.objects.ObjectHead;
import io.kumiki.store.objects.ObjectStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The artifact agent's way to object storage of the same process: no HTTP between them.
final class EmbeddedObjects implements ObjectAccess {
    private static final int PAGE = 1000;

    private final ObjectStorage objects;

    EmbeddedObjects(ObjectStorage objects) {
        this.objects = objects;
    }

    @Override
    public void put(S3Uri to, byte[] bytes, String contentType) {
        told(() -> objects.put(to.bucket(), to.key(), bytes, Attributes.contentType(contentType)));
    }

    @Override
    public void put(S3Uri to, Path file) {
        told(() -> {
            try (var in = Files.newInputStream(file)) {
                return objects.put(to.bucket(), to.key(), in, Attributes.NONE);
            } catch (IOException e) {
                throw new S3Failure(file + " could not be stored as " + to + ": " + e.getMessage(), e);
            }
        });
    }

    @Override
    public boolean get(S3Uri from, Path to) {
        Path part = to.resolveSibling(to.getFileName() + ".kumiki-part");
        try (var object = objects.get(from.bucket(), from.key())) {
            Files.copy(object.body(), part, StandardCopyOption.REPLACE_EXISTING);
            Files.move(part, to, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            return true;
        } catch (ObjectFault e) {
            if (status(e) == 404) {
                return false;
            }
            throw failure(e);
        } catch (IOException e) {
            throw new S3Failure("could not download " + from + ": " + e.getMessage(), e);
        }
    }

    @Override
    public Listing list(S3Uri prefix, @Nullable String token) {
        String below = prefix.key().isEmpty() ? "" : prefix.key() + "/";
        var page = told(() -> objects.list(prefix.bucket(), below, token == null ? "" : token, PAGE));
        return new Listing(page.objects().stream().map(ObjectHead::key).toList(), page.next());
    }

    private static <T> T told(Supplier<T> call) {
        try {
            return call.get();
        } catch (ObjectFault e) {
            throw failure(e);
        }
    }

    private static S3Failure failure(ObjectFault e) {
        String says = String.valueOf(e.getMessage());
        return status(e) == 0 ? new S3Failure(says, e) : new S3Failure(status(e), says);
    }

    /// As over HTTP; 0 for what may go better another time.
    private static int status(ObjectFault e) {
        return switch (e.code()) {
            case NO_SUCH_BUCKET, NO_SUCH_KEY, NO_SUCH_UPLOAD -> 404;
            case IO, DISK_FULL -> 0;
            default -> 400;
        };
    }
}
