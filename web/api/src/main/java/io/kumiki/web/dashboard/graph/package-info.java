/// Pictures of pipelines: which nodes and edges a spec has, and where they lie.
/// Knows no run: states are added by whoever shows one, so a layout is computed once per spec and set of open
/// groups.
/// A spec's JSON becomes a Drawing, ELK places it, the cache keeps it.
@NullMarked
package io.kumiki.web.dashboard.graph;

import org.jspecify.annotations.NullMarked;
