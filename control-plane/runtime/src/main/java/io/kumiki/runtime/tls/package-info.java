/// Keys and certificates of our own making: what a server inside a cluster or on a laptop needs.
/// The JDK reads certificates but makes none.
@NullMarked
package io.kumiki.runtime.tls;

import org.jspecify.annotations.NullMarked;
