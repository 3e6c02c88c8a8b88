/// What an artifact looks like: previews made on the server, and its bytes behind short-lived links.
/// Never serves user content with the page's own rights.
/// An artifact row and at most a mebibyte of its object become views.
@NullMarked
package io.kumiki.web.dashboard.artifact;

import org.jspecify.annotations.NullMarked;
