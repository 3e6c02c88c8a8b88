/// Types of objects: read from the Kubernetes model classes or from a CustomResourceDefinition, written as OpenAPI.
/// Knows nothing of stored objects.
/// An object and its type go in; defaults, dropped fields and violations come out.
@NullMarked
package io.kumiki.kube.schema;

import org.jspecify.annotations.NullMarked;
