/// What steps print: from the living pod, afterwards from the object the run loop keeps.
/// Knows no HTTP.
/// One reader per living step fills a window that any number of followers read from.
@NullMarked
package io.kumiki.web.dashboard.log;

import org.jspecify.annotations.NullMarked;
