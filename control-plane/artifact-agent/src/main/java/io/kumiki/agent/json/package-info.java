/// JSON text to plain maps and lists and back, because the agent carries no library.
/// Bounded in nesting; numbers keep their digits.
/// Used for the step plan, the executor's output and outcome.json only.
@NullMarked
package io.kumiki.agent.json;

import org.jspecify.annotations.NullMarked;
