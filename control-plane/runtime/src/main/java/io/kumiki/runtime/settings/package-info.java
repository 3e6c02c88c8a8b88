/// Settings as records: names, types, defaults and explanations stand in the record itself.
/// Knows no feature's settings.
/// Text comes in from files and the environment; records come out, or every problem at once.
@NullMarked
package io.kumiki.runtime.settings;

import org.jspecify.annotations.NullMarked;
