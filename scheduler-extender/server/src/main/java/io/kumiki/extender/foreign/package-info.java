/// Other systems' gangs as input: what their labels, annotations and objects say. Nothing of theirs is ever written.
/// Pure.
@NullMarked
package io.kumiki.extender.foreign;

import org.jspecify.annotations.NullMarked;
