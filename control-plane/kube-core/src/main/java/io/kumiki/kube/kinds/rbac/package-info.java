/// The kinds of `rbac.authorization.k8s.io`.
/// Knows no request; who may do what is decided in `io.kumiki.kube.rbac`.
/// A role or binding goes in; its violations come out.
@NullMarked
package io.kumiki.kube.kinds.rbac;

import org.jspecify.annotations.NullMarked;
