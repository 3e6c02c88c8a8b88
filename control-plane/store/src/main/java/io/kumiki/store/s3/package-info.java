/// An S3-compatible server over object storage, for unmodified S3 clients.
/// Knows nothing of runs or pipelines; every request needs a signature.
/// Bodies stream both ways: socket ↔ virtual thread ↔ ObjectStorage.
@NullMarked
package io.kumiki.store.s3;

import org.jspecify.annotations.NullMarked;
