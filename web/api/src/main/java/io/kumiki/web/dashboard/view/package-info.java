/// Rows as the contract's JSON.
/// Knows no HTTP.
/// Inside a read transaction: records in, object nodes out.
@NullMarked
package io.kumiki.web.dashboard.view;

import org.jspecify.annotations.NullMarked;
