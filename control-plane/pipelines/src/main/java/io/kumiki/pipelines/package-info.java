/// KFP pipelines as values: IR, validation, placeholders, conditions, cache keys and the run engine.
/// Knows no YAML, clock, database or cluster.
/// Events go in, records and commands come out.
@NullMarked
package io.kumiki.pipelines;

import org.jspecify.annotations.NullMarked;
