/// YAML as JSON trees, within limits.
/// Knows no document's meaning.
/// Bytes come in, a list of trees goes out; nothing else in the house parses YAML.
@NullMarked
package io.kumiki.runtime.yaml;

import org.jspecify.annotations.NullMarked;
