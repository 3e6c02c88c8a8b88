/// The SQLite kit: files opened safely, migrations, one writer with group commit, readers.
/// Knows no table but its own.
/// Functions come in from any thread, run on the writer or a read connection, and return after fsync.
@NullMarked
package io.kumiki.store.sql;

import org.jspecify.annotations.NullMarked;
