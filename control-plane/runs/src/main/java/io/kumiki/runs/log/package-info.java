/// What finished pods leave: their logs go to object storage, then the pods themselves go.
/// Knows nothing of rows or decisions.
/// Ended pods are queued by name; each is archived, kept for a while and deleted.
@NullMarked
package io.kumiki.runs.log;

import org.jspecify.annotations.NullMarked;
