/// The embedded S3 server under an unmodified client library.
/// Knows nothing of pipelines.
/// A server on a free port and an empty folder; boto3 runs against it and its checks are counted.
@NullMarked
package io.kumiki.conformance.s3;

import org.jspecify.annotations.NullMarked;
