/// Quotas: what is used in a namespace, kept by each write, and whether something new still fits.
/// Knows no request and no other namespace's objects.
/// Changes go in; totals come out, and a refusal when one would pass its limit.
@NullMarked
package io.kumiki.kube.quota;

import org.jspecify.annotations.NullMarked;
