package io.kumiki.pipelines.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.kumiki.model.Json;
import io.kumiki.model.run.RunFault;
import io.kumiki.model.run.TaskState;
import io.kumiki.pipelines.expression.Unresolvable;
import io.kumiki.pipelines.expression.Values;
import io.kumiki.pipelines.ir.ParameterDefinition;
import io.kumiki.pipelines.reading.Types;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/// ParallelFor: a window slides over the items, and of what has passed only outputs remain.
final class Loops {
    private final Board board;
    private final Consumer<Group> open;
    private Consumer<Group> reopen;

    Loops(Board board, Consumer<Group> open) {
        this.board = board;
        this.open = open;
        this.reopen = open;
    }

    /// How an iteration goes on that has run before.
    void reopening(Consumer<Group> how) {
        reopen = how;
    }

    void ended(LoopNode loop, Group iteration) {
        if (iteration.begun) {
            loop.running--;
        }
        loop.collect(iteration);
        if (iteration.state.success()) {
            loop.iterating.remove(indexOf(iteration));
            board.drop(iteration);
            loop.dropped = true;
        }
        fill(loop);
    }

    void open(LoopNode loop) {
        loop.open(items(loop));
        loop.iterating.values().stream()
                .filter(g -> indexOf(g) < loop.count)
                .sorted(Comparator.comparing(Loops::indexOf))
                .forEach(loop.again::add);
        loop.next = loop.iterating.keySet().stream().mapToInt(i -> i + 1).max().orElse(0);
        board.move(loop, TaskState.RUNNING);
        if (loop.startedAt == null) {
            loop.startedAt = board.now();
        }
        fill(loop);
    }

    private static int indexOf(Group iteration) {
        return Objects.requireNonNull(iteration.index);
    }

    /// The items as JSON, or as artifact ids.
    JsonNode items(LoopNode loop) {
        if (loop.loop.raw() != null) {
            return loop.loop.raw();
        }
        String input = Objects.requireNonNull(loop.loop.input());
        if (loop.loop.artifacts()) {
            JsonNode ids = Io.artifacts(loop.inputs).get(input);
            return ids == null ? Json.array() : ids;
        }
        JsonNode value = Io.parameter(loop.inputs, input);
        if (value instanceof TextNode text) {
            try {
                value = Values.canonical(Json.parse(text.textValue()));
            } catch (Json.Malformed e) {
                throw new Unresolvable("the loop needs a list, found a text that is " + e.getMessage());
            }
        }
        if (value instanceof ArrayNode list) {
            return list;
        }
        throw new Unresolvable(
                "the loop needs a list in '" + input + "', found " + (value == null ? "nothing" : Types.found(value)));
    }

    /// Starts iterations while the window has room, and ends the loop when there is nothing left to wait for.
    void fill(LoopNode loop) {
        boolean halted = board.stopping() || loop.failing && board.policy == FailurePolicy.FAST;
        while (!halted && loop.running < loop.width() && loop.hasMore()) {
            Group iteration = loop.again.poll();
            if (iteration == null) {
                iteration = board.iteration(loop, loop.next++);
                iteration.createdAt = board.now();
            }
            loop.running++;
            iterate(loop, iteration);
        }
        if (loop.running == 0 && (halted || !loop.hasMore())) {
            finish(loop);
        }
    }

    private void iterate(LoopNode loop, Group iteration) {
        int at = indexOf(iteration);
        JsonNode item = loop.items.get(at);
        iteration.begun = true;
        iteration.inputs = Io.empty();
        try {
            if (loop.loop.artifacts()) {
                Io.put(iteration.inputs, loop.loop.item(), List.of(item.longValue()));
            } else {
                ParameterDefinition declared = loop.body().inputs().get(loop.loop.item());
                JsonNode value = declared == null || item.isNull() ? item : InputResolver.coerced(declared, item);
                Io.parameters(iteration.inputs).set(loop.loop.item(), value);
            }
            if (iteration.children != null && Arrays.stream(iteration.children).anyMatch(c -> c.state.terminal())) {
                iteration.startedAt = board.now();
                reopen.accept(iteration);
            } else {
                open.accept(iteration);
            }
        } catch (Unresolvable e) {
            board.end(
                    iteration,
                    TaskState.FAILED,
                    FaultCode.InputUnresolvable.fault("item " + at + ": " + e.getMessage()));
        }
    }

    private void finish(LoopNode loop) {
        if (loop.state.terminal()) {
            return;
        }
        RunFault fault = null;
        Group first = null;
        boolean stopped = board.stopping() && loop.hasMore();
        for (Group g : loop.iterating.values()) {
            stopped |= g.state == TaskState.STOPPED || g.state == TaskState.SKIPPED;
            if (g.state == TaskState.FAILED && (first == null || Flow.earlier(g, first))) {
                first = g;
                fault = Flow.childFault(g);
            }
        }
        if (fault != null) {
            board.end(loop, TaskState.FAILED, fault);
        } else if (stopped) {
            board.end(loop, TaskState.STOPPED, null);
        } else {
            loop.outputs = loop.gathered();
            board.end(loop, TaskState.SUCCEEDED, null);
        }
    }
}
