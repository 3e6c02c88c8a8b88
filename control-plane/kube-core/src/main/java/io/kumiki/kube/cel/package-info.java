/// Rules in the Common Expression Language, as definitions carry them (`x-kubernetes-validations`). Only this package
/// and those inside it know the CEL library; nothing of it is loaded before a definition with rules is there.
@NullMarked
package io.kumiki.kube.cel;

import org.jspecify.annotations.NullMarked;
