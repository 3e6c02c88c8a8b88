/// Benchmarks of the whole process, each against a Kumiki of its own in an empty folder.
/// Knows the product only by its REST surfaces and `/metrics`.
/// A size comes in, figures with units come out; nothing passes or fails.
@NullMarked
package io.kumiki.app.bench;

import org.jspecify.annotations.NullMarked;
