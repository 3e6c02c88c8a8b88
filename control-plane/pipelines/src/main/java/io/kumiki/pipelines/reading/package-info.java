/// JSON trees to a linked pipeline, with every mistake collected.
/// Knows no YAML and no run.
/// Strict like protojson: unknown fields are mistakes, null is absence, both spellings of a field name are read.
@NullMarked
package io.kumiki.pipelines.reading;

import org.jspecify.annotations.NullMarked;
