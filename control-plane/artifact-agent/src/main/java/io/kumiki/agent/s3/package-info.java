/// A small S3 client: SigV4, path style, streaming, multipart.
/// Knows buckets and keys only; retries each call twice.
/// Shared connections per process; keys come from the environment.
@NullMarked
package io.kumiki.agent.s3;

import org.jspecify.annotations.NullMarked;
