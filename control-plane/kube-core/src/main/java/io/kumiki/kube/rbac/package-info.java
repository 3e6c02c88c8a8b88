/// Role-based access control: rules, who holds them, who may give them away.
/// Knows no request; fed by the registry's changes, asked without a lock.
/// Roles and bindings go in; decisions with their reason come out.
@NullMarked
package io.kumiki.kube.rbac;

import org.jspecify.annotations.NullMarked;
