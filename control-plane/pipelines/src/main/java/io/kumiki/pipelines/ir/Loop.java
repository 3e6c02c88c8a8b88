package io.kumiki.pipelines.ir;

import com.fasterxml.jackson.databind.node.ArrayNode;
import org.jspecify.annotations.Nullable;

/// A ParallelFor.
///
/// @param raw the items, or null when `input` names the task input that holds them
/// @param artifacts the items are artifacts
/// @param item the component's input that receives one item
/// @param limit how many iterations may run at once; 0 for as many as the engine allows
public record Loop(@Nullable ArrayNode raw, @Nullable String input, boolean artifacts, String item, int limit) {}
