/// The kinds of `admissionregistration.k8s.io`.
/// Calls nobody; admission does.
/// A configuration goes in; its violations come out.
@NullMarked
package io.kumiki.kube.kinds.webhooks;

import org.jspecify.annotations.NullMarked;
