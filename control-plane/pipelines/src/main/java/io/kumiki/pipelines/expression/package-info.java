/// Small languages inside a pipeline: placeholders, conditions, selectors, and how values turn into text.
/// Knows nothing of tasks or runs; what a name means is asked of a scope.
/// Text is compiled once when a pipeline is read and evaluated for each task.
@NullMarked
package io.kumiki.pipelines.expression;

import org.jspecify.annotations.NullMarked;
