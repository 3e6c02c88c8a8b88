/// The dashboard's own REST under `/api/v1`, exactly as `openapi/v1.yaml` says.
/// Reads rows of the store, objects, and Kubernetes; calls no controller: what changes a run is written as a row or
/// an intent.
/// Calls parse and check, views turn rows into JSON, the stream tells what changed.
@NullMarked
package io.kumiki.web.dashboard;

import org.jspecify.annotations.NullMarked;
