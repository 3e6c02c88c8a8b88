/// Objects as immutable UTF-8 JSON with a small index record each, ordered by one revision sequence.
/// Knows nothing of kinds' meaning, HTTP or durability.
/// Changes go in; snapshots, pages and the window of past changes come out.
@NullMarked
package io.kumiki.kube.store;

import org.jspecify.annotations.NullMarked;
