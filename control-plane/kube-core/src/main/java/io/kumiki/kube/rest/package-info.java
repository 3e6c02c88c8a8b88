/// The Kubernetes REST surface: paths, verbs, content negotiation, discovery, reviews.
/// Knows no socket; bodies are byte arrays that the shell has read and bounded.
/// A request goes in, an answer, a watch feed or a log order comes out.
@NullMarked
package io.kumiki.kube.rest;

import org.jspecify.annotations.NullMarked;
