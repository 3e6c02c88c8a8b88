/// Where everything is put together: settings, wiring, start and stop order, the kumiki command.
/// The only module that knows all others.
/// Arguments come in, a running process comes out.
@NullMarked
package io.kumiki.app;

import org.jspecify.annotations.NullMarked;
