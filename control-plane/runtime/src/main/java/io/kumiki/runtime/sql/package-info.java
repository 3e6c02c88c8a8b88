/// What our SQLite files share, whatever they hold.
/// Needs JDBC and nothing else; the driver is the user's dependency.
@NullMarked
package io.kumiki.runtime.sql;

import org.jspecify.annotations.NullMarked;
