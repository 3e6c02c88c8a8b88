/// Reasons: as codes, as data, and as sentences in both languages.
@NullMarked
package io.kumiki.planner.words;

import org.jspecify.annotations.NullMarked;
