/// Run times and their spread, declared or learned.
@NullMarked
package io.kumiki.planner.learned;

import org.jspecify.annotations.NullMarked;
