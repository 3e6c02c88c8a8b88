/// Rows and bytes that outlive the process: SQL for records, object storage for artifacts.
/// Knows no engine and no wire format.
/// A write returns when it is on disk.
@NullMarked
package io.kumiki.store;

import org.jspecify.annotations.NullMarked;
