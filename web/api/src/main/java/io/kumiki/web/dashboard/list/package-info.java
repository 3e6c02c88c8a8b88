/// Lists as a URL says them: filters, sort, pages.
/// Knows no SQL and no JSON shape.
/// Query parameters in, all mistakes at once or a ListQuery out.
@NullMarked
package io.kumiki.web.dashboard.list;

import org.jspecify.annotations.NullMarked;
