/// Admission by webhooks: which are asked, what they are asked, what becomes of their answers.
/// Opens no connection.
/// A write goes in; the object as its webhooks want it, or their refusal, comes out.
@NullMarked
package io.kumiki.kube.admission.webhook;

import org.jspecify.annotations.NullMarked;
